/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STEPS_H
#define STEPS_H

#include <stdbool.h>
#include <stdint.h>

/* guest.c: three that the device reads and writes, each at the address that it has for the processor. */
extern uint32_t pages[4][4096 / 4];
void mark(int step);
/* The device takes 64 bytes from the first page and puts them to where `landing` is; it knows them by these addresses. */
void move(uint32_t from, uint32_t to, const uint32_t *landing, const char *what);
/* The device writes 64 bytes to an address that it has not: nothing comes to `landing`. */
void move_nowhere(uint32_t to, const uint32_t *landing, const char *what);

/* vtd.c: steps 10 to 30, where there is a VT-d. */
void translate(void);

#endif
