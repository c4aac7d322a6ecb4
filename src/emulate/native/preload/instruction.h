/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out a processor's access to memory by other means. */
#ifndef INSTRUCTION_H
#define INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outcome {
	CARRIED_OUT,
	/* The program has not the right. */
	FORBIDDEN,
	/* Nobody answers there. */
	NOBODY,
	/* An instruction that is not among those that are known. */
	UNKNOWN,
};

/* What faulted at `address`: the instruction is done when this returns CARRIED_OUT, and the program goes on behind it. */
enum outcome carry_out(void *context, uintptr_t address, int protection);

/* registers.c */
bool load_register(uintptr_t address, void *value, size_t width);
bool store_register(uintptr_t address, const void *value, size_t width);

#endif
