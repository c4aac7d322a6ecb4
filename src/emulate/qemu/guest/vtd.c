// SPDX-License-Identifier: Apache-2.0
/* Tables for an Intel VT-d in legacy mode, and what is done about them step by step. Numbers are those of the vendor's book. */
#include "machine.h"
#include "steps.h"

#define ALIGNED __attribute__((aligned(PAGE)))

#define CAP_LOW (0x08 / 4)
#define ECAP_LOW (0x10 / 4)
#define GLOBAL_COMMAND (0x18 / 4)
#define GLOBAL_STATUS (0x1c / 4)
#define ROOT_TABLE (0x20 / 4)
#define CONTEXT_COMMAND (0x28 / 4)

#define TRANSLATION 0x80000000u
#define SET_ROOT 0x40000000u
/* Of the status, what a command has to repeat. */
#define LASTING 0x96ffffffu

#define READ 1
#define WRITE 2
#define LARGE 0x80
#define PRESENT 1
#define PASS_THROUGH 8

static volatile uint32_t *const unit = (volatile uint32_t *)0xfed90000;
static volatile uint32_t *invalidate_address, *invalidate;

typedef uint64_t table[512];

static table root ALIGNED, contexts ALIGNED;
/* Two address spaces, from the smallest unit up: entries for pages first. */
static table first[4] ALIGNED, second[4] ALIGNED;

static uint32_t address_of(const void *of)
{
	return (uint32_t)of;
}

static void link(table *space)
{
	for (int level = 1; level < 4; level++)
		space[level][0] = address_of(space[level - 1]) | READ | WRITE;
}

/* Whole-unit invalidation of what it keeps of context entries, then of translations. */
static void forget_translations(uint32_t what)
{
	invalidate[0] = 0;
	invalidate[1] = what | 0x80000000u;
	while (invalidate[1] >> 31)
		;
}

static void forget_all(void)
{
	unit[CONTEXT_COMMAND] = 0;
	unit[CONTEXT_COMMAND + 1] = 0xa0000000u;
	while (unit[CONTEXT_COMMAND + 1] >> 31)
		;
	forget_translations(0x10000000u);
}

static void forget_domain(uint32_t domain)
{
	forget_translations(0x20000000u | domain);
}

/* `order`: of how many pages, as a power of two. */
static void forget_pages(uint32_t iova, uint32_t order)
{
	invalidate_address[0] = iova | order;
	invalidate_address[1] = 0;
	forget_translations(0x30000000u | 1);
}

static void command(uint32_t bit)
{
	unit[GLOBAL_COMMAND] = (unit[GLOBAL_STATUS] & LASTING) | bit;
	while (!(unit[GLOBAL_STATUS] & bit))
		;
}

/* What the device's context entry says. */
static bool has_four_levels;

static uint64_t *entry(void)
{
	return &contexts[(chosen >> 8) * 2];
}

static void assign(table *space, uint32_t domain, uint32_t type)
{
	entry()[1] = (has_four_levels ? 2 : 1) | domain << 8;
	entry()[0] = address_of(space[has_four_levels ? 3 : 2]) | PRESENT | type;
}

static void map(table *space, uint32_t iova, uint32_t address, uint32_t rights)
{
	space[0][iova / PAGE] = address ? address | rights : 0;
}

static void begin(void)
{
	invalidate_address = unit + ((unit[ECAP_LOW] >> 8) & 0x3ff) * 4;
	invalidate = invalidate_address + 2;
	has_four_levels = unit[CAP_LOW] >> 8 & 4;
	link(first);
	link(second);
	root[0] = address_of(contexts) | PRESENT;
	assign(first, 1, 0);
	unit[ROOT_TABLE] = address_of(root);
	unit[ROOT_TABLE + 1] = 0;
	command(SET_ROOT);
	forget_all();
	mark(10);
	command(TRANSLATION);
	mark(11);
}

static void map_pages(void)
{
	uint32_t from = address_of(pages[0]), to = address_of(pages[1]), other = address_of(pages[2]);

	map(first, 0x100000, from, READ | WRITE);
	map(first, 0x101000, to, READ | WRITE);
	mark(12);
	forget_pages(0x100000, 1);
	mark(13);
	move(0x100000, 0x101000, pages[1], "DMA through tables of the guest");
	mark(14);
	map(first, 0x110000, other, READ);
	forget_pages(0x110000, 0);
	mark(15);
	first[1][2] = 0x400000 | READ | WRITE | LARGE;
	forget_pages(0x400000, 9);
	mark(16);
	forget_pages(0x100000, 0);
	mark(17);
	map(first, 0x101000, other, READ | WRITE);
	forget_pages(0x101000, 0);
	mark(18);
	map(first, 0x100000, 0, 0);
	forget_pages(0x100000, 0);
	mark(19);
	map(first, 0x180000, from, READ | WRITE);
	forget_domain(1);
	mark(20);
}

/* Where no memory is: what is mapped there and taken away again. */
static void map_nothing(uint32_t iova, uint32_t address, int step)
{
	map(first, iova, address, READ | WRITE);
	forget_pages(iova, 0);
	mark(step);
	map(first, iova, 0, 0);
	forget_pages(iova, 0);
	mark(step + 1);
}

static void change_domain(void)
{
	map(second, 0x50000, address_of(pages[0]), READ | WRITE);
	assign(second, 2, 0);
	forget_all();
	mark(25);
	move(0x50000, 0x50000, pages[0], "DMA in another domain");
	move_nowhere(0x101000, pages[2], "DMA to what only the first domain has");
	mark(26);
	if (unit[ECAP_LOW] & 0x40) {
		assign(second, 2, PASS_THROUGH);
		forget_all();
		mark(27);
		assign(second, 2, 0);
		forget_all();
		mark(28);
	}
	entry()[0] = 0;
	forget_all();
	mark(29);
}

void translate(void)
{
	if (unit[0] == 0 || unit[0] == ~0u) {
		say("no VT-d\n");
		return;
	}
	begin();
	map_pages();
	map_nothing(0x190000, 0xfee00000, 21);
	map_nothing(0x1a0000, 0xf0000000, 23);
	change_domain();
	unit[GLOBAL_COMMAND] = unit[GLOBAL_STATUS] & LASTING & ~TRANSLATION;
	while (unit[GLOBAL_STATUS] & TRANSLATION)
		;
	mark(30);
	say("VT-d: all steps\n");
}
