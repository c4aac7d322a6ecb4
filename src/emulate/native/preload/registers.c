// SPDX-License-Identifier: Apache-2.0
/*
 * Registers of a device in the memory of the program: pages that cannot be touched. Each access faults, and is carried out
 * by the server, so that it has the effects that it has on a device.
 */
#define _GNU_SOURCE
#include "preload.h"
#include "instruction.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define EXPORT __attribute__((visibility("default")))
#define AREAS 256

struct area {
	uintptr_t start, end;
	int protection;
};

static struct area areas[AREAS];
static atomic_flag changing = ATOMIC_FLAG_INIT;
static atomic_int count;

/* What the program wants to be done about SIGSEGV. */
static struct sigaction theirs;
static atomic_bool is_armed;

static void lock(void)
{
	while (atomic_flag_test_and_set(&changing))
		RAW(sched_yield);
}

static void unlock(void)
{
	atomic_flag_clear(&changing);
}

static bool add(struct area area)
{
	bool fits;

	lock();
	fits = count < AREAS;
	if (fits)
		areas[count++] = area;
	unlock();
	return fits;
}

void forget_registers(uintptr_t address, size_t length)
{
	uintptr_t end = address + length;

	if (count == 0)
		return;
	lock();
	for (int i = 0; i < count; i++) {
		struct area area = areas[i];

		if (area.end <= address || end <= area.start)
			continue;
		areas[i--] = areas[--count];
		if (area.start < address && count < AREAS)
			areas[count++] = (struct area){ area.start, address, area.protection };
		if (end < area.end && count < AREAS)
			areas[count++] = (struct area){ end, area.end, area.protection };
	}
	unlock();
}

/* The rights of the program there, or -1 where no registers are. */
static int protection_at(uintptr_t address)
{
	int found = -1;

	lock();
	for (int i = 0; i < count; i++)
		if (areas[i].start <= address && address < areas[i].end)
			found = areas[i].protection;
	unlock();
	return found;
}

bool load_register(uintptr_t address, void *value, size_t width)
{
	struct request request = { .operation = LOAD, .fd = -1, .arguments = { address, width } };
	struct reply reply;

	if (call(&request, NULL, &reply) < 0 || reply.answer.length != width)
		return false;
	memcpy(value, reply.text, width);
	return true;
}

bool store_register(uintptr_t address, const void *value, size_t width)
{
	struct request request = { .operation = STORE, .fd = -1, .arguments = { address, width } };
	struct reply reply;

	memcpy(&request.arguments[2], value, width);
	return call(&request, NULL, &reply) >= 0;
}

static void pass_on(int number, siginfo_t *info, void *context)
{
	if (theirs.sa_flags & SA_SIGINFO) {
		theirs.sa_sigaction(number, info, context);
	} else if (theirs.sa_handler != SIG_DFL && theirs.sa_handler != SIG_IGN) {
		theirs.sa_handler(number);
	} else {
		/* The access is made again, and nobody takes it now. */
		struct sigaction none = { .sa_handler = SIG_DFL };

		((int (*)(int, const struct sigaction *, struct sigaction *))dlsym(RTLD_NEXT, "sigaction"))(number, &none, NULL);
	}
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	static bool said;
	uintptr_t address = (uintptr_t)info->si_addr;
	int saved = errno;
	int protection = info->si_code > 0 ? protection_at(address) : -1;

	if (protection < 0) {
		pass_on(number, info, context);
		return;
	}
	switch (carry_out(context, address, protection)) {
	case CARRIED_OUT:
		break;
	case FORBIDDEN:
		pass_on(number, info, context);
		break;
	case UNKNOWN:
		complain(&said, "a program touches mapped registers by an instruction that is not known here "
				"(plain moves of 1 to 16 bytes are): use pread() and pwrite(), or volatile accesses");
		/* fall through */
	case NOBODY:
		RAW(tgkill, getpid(), gettid(), SIGBUS);
		break;
	}
	errno = saved;
}

static int next_sigaction(int number, const struct sigaction *new, struct sigaction *old)
{
	return ((int (*)(int, const struct sigaction *, struct sigaction *))dlsym(RTLD_NEXT, "sigaction"))(number, new, old);
}

static void arm(void)
{
	struct sigaction ours = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	if (!atomic_exchange(&is_armed, true))
		next_sigaction(SIGSEGV, &ours, &theirs);
}

EXPORT int sigaction(int number, const struct sigaction *new, struct sigaction *old)
{
	if (number != SIGSEGV || !is_armed)
		return next_sigaction(number, new, old);
	if (old)
		*old = theirs;
	if (new)
		theirs = *new;
	return 0;
}

EXPORT void (*signal(int number, void (*handler)(int)))(int)
{
	struct sigaction new = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	return sigaction(number, &new, &old) < 0 ? SIG_ERR : old.sa_handler;
}

/* Tells the server where they are: nowhere if `address` is that of a failed mmap(). */
static void mapped(void *address, size_t length, int64_t number)
{
	struct request request = {
		.operation = MAPPED,
		.fd = -1,
		.arguments = { address == MAP_FAILED ? 0 : (uintptr_t)address, length, number },
	};
	struct reply reply;

	call(&request, NULL, &reply);
}

void *map_registers(void *address, size_t length, int protection, int flags, int fd, uint64_t offset)
{
	struct request request = {
		.operation = MMAP,
		.fd = fd,
		.inode = inode_of(fd),
		.arguments = { length, protection, flags, offset },
	};
	int hidden = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE));
	struct reply reply;
	int64_t number = call(&request, NULL, &reply);
	void *place;

	if (number < 0)
		return (void *)result_of(number);
	if (flags & MAP_FIXED) {
		tell_unmap(address, length);
		forget_registers((uintptr_t)address, length);
	}
	place = (void *)RAW(mmap, address, length, PROT_NONE, hidden, -1, 0);
	if (place != MAP_FAILED) {
		uintptr_t end = ((uintptr_t)place + length + 4095) & ~4095ul;

		arm();
		if (!add((struct area){ (uintptr_t)place, end, protection })) {
			RAW(munmap, place, length);
			place = MAP_FAILED;
			errno = ENOMEM;
		}
	}
	mapped(place, length, number);
	return place;
}
