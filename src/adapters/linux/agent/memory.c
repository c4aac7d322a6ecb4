// SPDX-License-Identifier: Apache-2.0
#include "agent.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

static sigjmp_buf escape;
static volatile sig_atomic_t armed;

/* A fault outside of a guarded access is a bug, and kills. */
static void on_fault(int signal)
{
	if (armed)
		siglongjmp(escape, signal);
	struct sigaction standard = { .sa_handler = SIG_DFL };

	sigaction(signal, &standard, NULL);
}

void memory_guard(void)
{
	struct sigaction action = { .sa_handler = on_fault };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* The widest access that address and length allow: a register of a device takes one access of its own width. */
static size_t access_width(uint64_t address, size_t length)
{
	size_t width = 8;

	while (width > length || address % width)
		width /= 2;
	return width;
}

static void load_one(uint64_t address, uint8_t *bytes, size_t width)
{
	uint64_t value;

	if (width == 8)
		value = *(volatile uint64_t *)address;
	else if (width == 4)
		value = *(volatile uint32_t *)address;
	else if (width == 2)
		value = *(volatile uint16_t *)address;
	else
		value = *(volatile uint8_t *)address;
	memcpy(bytes, &value, width);
}

static void store_one(uint64_t address, uint8_t *bytes, size_t width)
{
	uint64_t value = 0;

	memcpy(&value, bytes, width);
	if (width == 8)
		*(volatile uint64_t *)address = value;
	else if (width == 4)
		*(volatile uint32_t *)address = (uint32_t)value;
	else if (width == 2)
		*(volatile uint16_t *)address = (uint16_t)value;
	else
		*(volatile uint8_t *)address = (uint8_t)value;
}

/* Piece by piece, up to the first one that raises a signal. */
static int access_all(void (*access_one)(uint64_t, uint8_t *, size_t), uint64_t address, uint8_t *bytes,
		      size_t length)
{
	int signal = sigsetjmp(escape, 1);
	size_t done, width;

	if (signal == 0) {
		armed = 1;
		for (done = 0; done < length; done += width) {
			width = access_width(address + done, length - done);
			access_one(address + done, bytes + done, width);
		}
	}
	armed = 0;
	return signal;
}

int memory_load(uint64_t address, uint8_t *bytes, size_t length)
{
	return access_all(load_one, address, bytes, length);
}

int memory_store(uint64_t address, uint8_t *bytes, size_t length)
{
	return access_all(store_one, address, bytes, length);
}
