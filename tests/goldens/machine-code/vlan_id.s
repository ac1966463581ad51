movq (%rdi), %rcx
movzbl (%rcx), %eax
movzbl 1(%rcx), %ecx
shll $8, %ecx
andl $15, %eax
orl %ecx, %eax
rolw $8, %ax
retq
