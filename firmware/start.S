/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* First instructions, at address 0: stack, zeroed data, main. The image is the RAM's content, so .data is in place. */
	.section .text.start, "ax"
	.globl _start
_start:
	.option push
	.option norelax
	la	sp, cw_stack_end
	.option pop
	la	t0, cw_bss_start
	la	t1, cw_bss_end
1:	bgeu	t0, t1, 2f
	sw	zero, 0(t0)
	addi	t0, t0, 4
	j	1b
2:	call	main
	/* main does not return; the trap makes the watchdog's case of it if it does. */
	ebreak
