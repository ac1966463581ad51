movq (%rdi), %rax
movl 12(%rax), %eax
bswapl %eax
retq
