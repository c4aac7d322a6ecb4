// SPDX-License-Identifier: Apache-2.0
/*
 * Moves of x86-64 between memory and a register, an immediate or other memory: what compilers make of volatile accesses, and
 * memcpy() of 16 bytes at a time. Source: the manuals of Intel and AMD, instruction encoding.
 */
#define _GNU_SOURCE
#include "instruction.h"

#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __x86_64__

struct instruction {
	const uint8_t *next;
	bool is_wide, is_narrow, is_repeated, has_rex;
	/* Bits of the REX prefix that extend numbers of registers. */
	unsigned int extends_reg;
	unsigned int reg;
};

/* Numbers as instructions have them, in the order of the context. */
static const int registers[16] = {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8,	 REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static void read_prefixes(struct instruction *instruction)
{
	for (;; instruction->next++) {
		uint8_t byte = *instruction->next;

		if (byte == 0x66)
			instruction->is_narrow = true;
		else if (byte == 0xf3 || byte == 0xf2)
			instruction->is_repeated = true;
		else if (byte != 0x2e && byte != 0x36 && byte != 0x3e && byte != 0x26 && byte != 0x64 && byte != 0x65)
			break;
	}
	if ((*instruction->next & 0xf0) == 0x40) {
		instruction->has_rex = true;
		instruction->is_wide = *instruction->next & 8;
		instruction->extends_reg = *instruction->next & 4;
		instruction->next++;
	}
}

/* ModRM, SIB and displacement: only the register and the length are of interest. False where no memory is meant. */
static bool read_operands(struct instruction *instruction)
{
	uint8_t modrm = *instruction->next++;
	unsigned int mod = modrm >> 6, rm = modrm & 7;
	bool is_far = mod == 2 || (mod == 0 && rm == 5);

	instruction->reg = ((modrm >> 3) & 7) | (instruction->extends_reg << 1);
	if (mod == 3)
		return false;
	if (rm == 4 && (*instruction->next++ & 7) == 5 && mod == 0)
		is_far = true;
	instruction->next += is_far ? 4 : mod == 1 ? 1 : 0;
	return true;
}

/* The bytes of a register of one byte: without REX, 4 to 7 are the second bytes of the first four. */
static uint8_t *bytes_of(ucontext_t *context, const struct instruction *instruction, size_t width)
{
	bool is_high = width == 1 && !instruction->has_rex && instruction->reg >= 4;
	greg_t *all = context->uc_mcontext.gregs;

	if (is_high)
		return (uint8_t *)&all[registers[instruction->reg - 4]] + 1;
	return (uint8_t *)&all[registers[instruction->reg]];
}

/* A result of four bytes clears the rest of its register. */
static void put(uint8_t *place, const void *value, size_t width)
{
	if (width == 4)
		memset(place, 0, 8);
	memcpy(place, value, width);
}

static enum outcome load(ucontext_t *context, const struct instruction *instruction, uintptr_t address, size_t width)
{
	uint8_t value[8];

	if (!load_register(address, value, width))
		return NOBODY;
	put(bytes_of(context, instruction, width), value, width);
	return CARRIED_OUT;
}

/* movzx, movsx, movsxd */
static enum outcome extend(ucontext_t *context, const struct instruction *instruction, uintptr_t address, size_t from, bool is_signed)
{
	size_t to = instruction->is_wide ? 8 : instruction->is_narrow ? 2 : 4;
	int64_t value = 0;

	if (!load_register(address, &value, from))
		return NOBODY;
	if (is_signed)
		value = value << (64 - 8 * from) >> (64 - 8 * from);
	put((uint8_t *)&context->uc_mcontext.gregs[registers[instruction->reg]], &value, to);
	return CARRIED_OUT;
}

static enum outcome store(uintptr_t address, const void *value, size_t width)
{
	return store_register(address, value, width) ? CARRIED_OUT : NOBODY;
}

static enum outcome store_immediate(struct instruction *instruction, uintptr_t address, size_t width)
{
	size_t length = width > 4 ? 4 : width;
	int64_t value = 0;

	memcpy(&value, instruction->next, length);
	instruction->next += length;
	if (width == 8)
		value = (int32_t)value;
	return store(address, &value, width);
}

/* Says that registers of SSE are not as they are at first, where the processor keeps account of that. */
static void note_xmm(ucontext_t *context)
{
	uint8_t *area = (uint8_t *)context->uc_mcontext.fpregs;
	uint32_t magic;
	uint64_t in_use;

	memcpy(&magic, area + 464, sizeof(magic));
	if (magic != 0x46505853)
		return;
	memcpy(&in_use, area + 512, sizeof(in_use));
	in_use |= 2;
	memcpy(area + 512, &in_use, sizeof(in_use));
}

/* Both halves of a register of SSE. */
static enum outcome move_xmm(ucontext_t *context, const struct instruction *instruction, uintptr_t address, bool is_store)
{
	uint8_t *place = (uint8_t *)&context->uc_mcontext.fpregs->_xmm[instruction->reg];

	for (size_t half = 0; half < 16; half += 8)
		if (is_store ? !store_register(address + half, place + half, 8) : !load_register(address + half, place + half, 8))
			return NOBODY;
	note_xmm(context);
	return CARRIED_OUT;
}

/* One step of movs or stos: one with a prefix stays where it is until its counter is 0. */
static enum outcome move_string(ucontext_t *context, struct instruction *instruction, uintptr_t address, size_t width, bool is_copy)
{
	greg_t *all = context->uc_mcontext.gregs;
	greg_t step = all[REG_EFL] & 0x400 ? -(greg_t)width : (greg_t)width;
	bool is_store = (uintptr_t)all[REG_RDI] == address;
	uint64_t value;

	if (!is_copy)
		memcpy(&value, &all[REG_RAX], width);
	else if (is_store)
		memcpy(&value, (void *)all[REG_RSI], width);
	else if (!load_register(address, &value, width))
		return NOBODY;
	if (is_store && !store_register(address, &value, width))
		return NOBODY;
	if (!is_store)
		memcpy((void *)all[REG_RDI], &value, width);
	all[REG_RDI] += step;
	all[REG_RSI] += is_copy ? step : 0;
	if (instruction->is_repeated && --all[REG_RCX] != 0)
		instruction->next = (const uint8_t *)all[REG_RIP];
	return CARRIED_OUT;
}

static enum outcome carry_out_long(ucontext_t *context, struct instruction *instruction, uintptr_t address)
{
	uint8_t code = *instruction->next++;

	if (!read_operands(instruction))
		return UNKNOWN;
	switch (code) {
	case 0xb6:
	case 0xb7:
		return extend(context, instruction, address, code == 0xb6 ? 1 : 2, false);
	case 0xbe:
	case 0xbf:
		return extend(context, instruction, address, code == 0xbe ? 1 : 2, true);
	/* movups, movaps, movdqu, movdqa; with F3 and F2 the first two are moves of one number. */
	case 0x10:
	case 0x28:
		return instruction->is_repeated ? UNKNOWN : move_xmm(context, instruction, address, false);
	case 0x6f:
		return move_xmm(context, instruction, address, false);
	case 0x11:
	case 0x29:
	case 0x2b:
	case 0xe7:
		return instruction->is_repeated ? UNKNOWN : move_xmm(context, instruction, address, true);
	case 0x7f:
		return move_xmm(context, instruction, address, true);
	default:
		return UNKNOWN;
	}
}

static enum outcome carry_out_short(ucontext_t *context, struct instruction *instruction, uintptr_t address)
{
	uint8_t code = *instruction->next++;
	size_t width = !(code & 1) ? 1 : instruction->is_wide ? 8 : instruction->is_narrow ? 2 : 4;

	if (code == 0xa4 || code == 0xa5 || code == 0xaa || code == 0xab)
		return move_string(context, instruction, address, width, code < 0xa6);
	if (code == 0x0f)
		return carry_out_long(context, instruction, address);
	if (!read_operands(instruction))
		return UNKNOWN;
	switch (code) {
	case 0x88:
	case 0x89:
		return store(address, bytes_of(context, instruction, width), width);
	case 0x8a:
	case 0x8b:
		return load(context, instruction, address, width);
	case 0xc6:
	case 0xc7:
		return store_immediate(instruction, address, width);
	case 0x63:
		return extend(context, instruction, address, 4, true);
	default:
		return UNKNOWN;
	}
}

enum outcome carry_out(void *opaque, uintptr_t address, int protection)
{
	ucontext_t *context = opaque;
	struct instruction instruction = { .next = (const uint8_t *)context->uc_mcontext.gregs[REG_RIP] };
	/* Bit 1 of the error code of a page fault: a write. */
	bool is_write = context->uc_mcontext.gregs[REG_ERR] & 2;
	enum outcome outcome;

	if (!(protection & (is_write ? PROT_WRITE : PROT_READ | PROT_WRITE)))
		return FORBIDDEN;
	read_prefixes(&instruction);
	outcome = carry_out_short(context, &instruction, address);
	if (outcome == CARRIED_OUT)
		context->uc_mcontext.gregs[REG_RIP] = (greg_t)instruction.next;
	return outcome;
}

#else

enum outcome carry_out(void *context, uintptr_t address, int protection)
{
	(void)context, (void)address, (void)protection;
	return UNKNOWN;
}

#endif
