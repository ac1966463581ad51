movq (%rdi), %rax
movzbl 8(%rax), %eax
retq
