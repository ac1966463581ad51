movq (%rdi), %rcx
movzbl 12(%rcx), %eax
movzbl 13(%rcx), %ecx
shll $8, %ecx
andl $1, %eax
orl %ecx, %eax
rolw $8, %ax
retq
