movq (%rdi), %rax
movl 4(%rax), %eax
bswapl %eax
retq
