// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#define SERIAL 0x3f8
#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define CAPABILITIES 0x34
#define SECOND_CONTROLLER 0xa0

uint32_t chosen;

void start_serial(void)
{
	out8(SERIAL + 1, 0);
	out8(SERIAL + 3, 0x80);
	out8(SERIAL, 1);
	out8(SERIAL + 1, 0);
	out8(SERIAL + 3, 3);
}

void say(const char *text)
{
	for (; *text; text++) {
		while (!(in8(SERIAL + 5) & 0x20))
			;
		out8(SERIAL, *text);
	}
}

void say_number(uint32_t value)
{
	char digits[] = "0x00000000";

	for (int i = 9; i > 1; i--, value >>= 4)
		digits[i] = "0123456789abcdef"[value & 15];
	say(digits);
}

static uint16_t choose(uint32_t at)
{
	out32(CONFIG_ADDRESS, 0x80000000u | chosen | (at & 0xfc));
	return CONFIG_DATA + (at & 3);
}

uint8_t config8(uint32_t at)
{
	return in8(choose(at));
}

uint16_t config16(uint32_t at)
{
	return in16(choose(at));
}

uint32_t config32(uint32_t at)
{
	return in32(choose(at));
}

void set_config16(uint32_t at, uint16_t value)
{
	out16(choose(at), value);
}

void set_config32(uint32_t at, uint32_t value)
{
	out32(choose(at), value);
}

uint8_t find_capability(uint8_t id)
{
	uint8_t at = config8(CAPABILITIES);

	while (at && config8(at) != id)
		at = config8(at + 1);
	return at;
}

bool is_raised(void)
{
	/* 8259A, operation control word 3: the next read is of the requests. The firmware gives PCI the lines 10 and 11. */
	out8(SECOND_CONTROLLER, 0x0a);
	return in8(SECOND_CONTROLLER) & 0x0c;
}

/* Registers of the processor's own controller. */
static volatile uint32_t *const local = (volatile uint32_t *)0xfee00000;

void start_messages(void)
{
	local[0xf0 / 4] = 0x1ff;
}

bool has_come(uint8_t vector)
{
	return local[(0x200 + vector / 32 * 16) / 4] >> (vector % 32) & 1;
}

/* QEMU's hotplug of slots on the first bus of its board `pc`: which ones are to go, and the one that may. */
#define SLOTS_DOWN 0xae04
#define EJECT 0xae08

bool give_up_device(void)
{
	uint32_t down = in32(SLOTS_DOWN);

	if (down == 0 || down == ~0u)
		return false;
	out32(EJECT, down);
	return true;
}
