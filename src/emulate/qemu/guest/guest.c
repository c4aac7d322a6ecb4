// SPDX-License-Identifier: Apache-2.0
/*
 * A program without an operating system that drives QEMU's teaching device, edu: registers, interrupts, DMA both ways, and
 * an emulated VT-d where there is one. After each step it reads one byte of the device's configuration space, 0xe0 and the
 * number of the step: in a trace of QEMU's calls these are marks. What it finds it says on the serial port.
 */
#include "machine.h"
#include "steps.h"

#define EDU 0x11e81234u
#define BAR0 0x10
#define MEMORY_AND_MASTER 7
#define CAP_MSI 5
#define MSI_VECTOR 0x45
#define MARKS 0xe0

/* Registers of edu. */
#define IDENTIFICATION 0x00
#define STATUS 0x24
#define RAISE 0x60
#define ACKNOWLEDGE 0x64
#define SOURCE 0x80
#define DESTINATION 0x88
#define COUNT 0x90
#define RUN 0x98
#define TO_MEMORY 2
#define ROOM 0x40000
#define PATTERN 0x01234567u

static volatile uint32_t *edu;
uint32_t pages[4][PAGE / 4] __attribute__((aligned(PAGE)));

__attribute__((section(".multiboot"), used)) static const uint32_t header[] = { 0x1badb002, 3, -(0x1badb002u + 3) };
__attribute__((used)) static uint8_t stack[16384] __attribute__((aligned(16)));

__asm__(".globl start\n"
	"start: cli\n"
	"	mov $stack + 16384, %esp\n"
	"	call run\n"
	"1:	hlt\n"
	"	jmp 1b\n");

void mark(int step)
{
	config8(MARKS + step);
}

static void report(const char *what, bool holds)
{
	say(what);
	say(holds ? ": as it should be\n" : ": WRONG\n");
}

/* Gives up after some seconds. */
#define WAIT_FOR(condition)                                                                                            \
	({                                                                                                             \
		uint32_t left = 3000000;                                                                               \
		while (left > 0 && !(condition))                                                                       \
			left--;                                                                                        \
		left > 0;                                                                                              \
	})

static bool transfer(uint32_t from, uint32_t to, uint32_t command)
{
	edu[SOURCE / 4] = from;
	edu[SOURCE / 4 + 1] = 0;
	edu[DESTINATION / 4] = to;
	edu[DESTINATION / 4 + 1] = 0;
	edu[COUNT / 4] = 64;
	edu[COUNT / 4 + 1] = 0;
	edu[RUN / 4] = command | 1;
	return WAIT_FOR(!(edu[RUN / 4] & 1));
}

static void fill(uint32_t *page, uint32_t step)
{
	for (uint32_t i = 0; i <= 16; i++)
		page[i] = step * (i + 1);
}

static bool holds(const uint32_t *page, uint32_t step)
{
	for (uint32_t i = 0; i < 16; i++)
		if (page[i] != step * (i + 1))
			return false;
	return true;
}

void move(uint32_t from, uint32_t to, const uint32_t *landing, const char *what)
{
	bool done;

	fill(pages[0], PATTERN);
	done = transfer(from, ROOM, 0);
	fill(pages[0], 0);
	fill(pages[1], 0);
	done = done && transfer(ROOM, to, TO_MEMORY);
	/* What lies behind the 64 bytes is as it was. */
	report(what, done && holds(landing, PATTERN) && landing[16] == 0);
}

void move_nowhere(uint32_t to, const uint32_t *landing, const char *what)
{
	bool done = transfer(ROOM, to, TO_MEMORY);

	report(what, done && holds(landing, 0));
}

static bool find_device(void)
{
	for (uint32_t slot = 1; slot < 31; slot++) {
		chosen = slot << 11;
		if (config32(0) == EDU)
			return true;
	}
	return false;
}

static void raise_line(void)
{
	mark(2);
	edu[RAISE / 4] = 1;
	report("INTx", WAIT_FOR(is_raised()) && edu[STATUS / 4] == 1);
	/* Nobody has acknowledged it: it comes again. */
	report("INTx again", WAIT_FOR(is_raised()));
	mark(3);
	edu[ACKNOWLEDGE / 4] = 1;
	report("INTx acknowledged", WAIT_FOR(!is_raised()) && edu[STATUS / 4] == 0);
	mark(4);
}

static void send_message(void)
{
	uint8_t msi = find_capability(CAP_MSI);
	uint16_t control;

	start_messages();
	set_config32(msi + 4, 0xfee00000);
	control = config16(msi + 2);
	set_config32(msi + 8, 0);
	set_config16(msi + 12, MSI_VECTOR);
	mark(5);
	set_config16(msi + 2, control | 1);
	mark(6);
	edu[RAISE / 4] = 2;
	report("MSI", WAIT_FOR(has_come(MSI_VECTOR)));
	edu[ACKNOWLEDGE / 4] = 2;
	mark(7);
	set_config16(msi + 2, control & ~1);
	mark(8);
}

static void drive(void)
{
	mark(0);
	edu = (volatile uint32_t *)(config32(BAR0) & ~15u);
	set_config16(4, config16(4) | MEMORY_AND_MASTER);
	mark(1);
	report("edu", edu[IDENTIFICATION / 4] == 0x010000ed);
	raise_line();
	send_message();
	move((uint32_t)pages[0], (uint32_t)pages[1], pages[1], "DMA both ways");
	mark(9);
	translate();
	mark(31);
}

__attribute__((used)) void run(void)
{
	start_serial();
	say("guest\n");
	if (!find_device()) {
		say("no edu device\nend\n");
		return;
	}
	drive();
	say("end\n");
	while (!give_up_device())
		;
	say("device given up\n");
}
