// SPDX-License-Identifier: Apache-2.0
/* Calls that make memory come or go. */
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <linux/memfd.h>
#include <stdarg.h>
#include <sys/mman.h>

#define EXPORT __attribute__((visibility("default")))
#define PAGE 4096ul
#define HUGE_PAGE 0x200000ul
#define HUGE_SHIFT_BITS (63u << 26)
#define HUGE_SHIFT_2M (21u << 26)

/* Above all that a process can have. */
#define EVERYTHING 0x7ffffffff000ul

void tell_unmap(const void *address, size_t length)
{
	struct request request = {
		.operation = UNMAP,
		.fd = -1,
		.arguments = { (uintptr_t)address, (length + PAGE - 1) & ~(PAGE - 1) },
	};
	struct reply reply;
	int saved = errno;

	if (has_talked() && (uintptr_t)address % PAGE == 0 && length > 0)
		call(&request, NULL, &reply);
	errno = saved;
}

/* By its name the server knows what pages a file has: the host need not have any to spare. */
static int huge_file(unsigned int flags)
{
	return RAW(memfd_create, "emulated-hugetlb", flags & ~(MFD_HUGETLB | HUGE_SHIFT_BITS));
}

/* Of 2 MiB. Larger ones are the host's. */
static bool are_emulated(unsigned int flags)
{
	unsigned int shift = flags & HUGE_SHIFT_BITS;

	return shift == 0 || shift == HUGE_SHIFT_2M;
}

EXPORT int memfd_create(const char *name, unsigned int flags)
{
	if (flags & MFD_HUGETLB && are_emulated(flags))
		return huge_file(flags);
	return RAW(memfd_create, name, flags);
}

/* An aligned place: more than that is taken, and what stands out given back. */
static void *place_for(size_t length)
{
	char *area = (char *)RAW(mmap, NULL, length + HUGE_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *place = (char *)(((uintptr_t)area + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));

	if (area == MAP_FAILED)
		return area;
	if (place > area)
		RAW(munmap, area, place - area);
	RAW(munmap, place + length, area + HUGE_PAGE - place);
	return place;
}

static void *map_huge(void *address, size_t length, int protection, int flags)
{
	size_t rounded = (length + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	void *place = flags & MAP_FIXED ? address : place_for(rounded);
	int fd = huge_file(MFD_CLOEXEC);
	int kept = flags & (MAP_SHARED | MAP_PRIVATE | MAP_POPULATE | MAP_LOCKED | MAP_NORESERVE);
	void *result;

	if (place == MAP_FAILED || fd < 0 || RAW(ftruncate, fd, rounded) < 0)
		result = MAP_FAILED;
	else
		result = (void *)RAW(mmap, place, rounded, protection, kept | MAP_FIXED, fd, 0);
	if (fd >= 0)
		RAW(close, fd);
	return result;
}

EXPORT void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if (!(flags & MAP_ANONYMOUS) && is_ours(fd))
		return map_registers(address, length, protection, flags, fd, offset);
	if (flags & MAP_FIXED) {
		tell_unmap(address, length);
		forget_registers((uintptr_t)address, length);
	}
	if (flags & MAP_ANONYMOUS && flags & MAP_HUGETLB && are_emulated(flags) && length > 0)
		return map_huge(address, length, protection, flags);
	return (void *)RAW(mmap, address, length, protection, flags, fd, offset);
}

EXPORT void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	return mmap(address, length, protection, flags, fd, offset);
}

EXPORT int munmap(void *address, size_t length)
{
	tell_unmap(address, length);
	forget_registers((uintptr_t)address, length);
	return RAW(munmap, address, length);
}

static void *move(void *address, size_t length, size_t new_length, int flags, void *new_address)
{
	/* What stays where it is keeps its pages. */
	if (!(flags & MREMAP_FIXED)) {
		void *result = (void *)RAW(mremap, address, length, new_length, flags & ~MREMAP_MAYMOVE, NULL);

		if (result != MAP_FAILED || !(flags & MREMAP_MAYMOVE))
			return result;
	} else {
		tell_unmap(new_address, new_length);
	}
	tell_unmap(address, length);
	return (void *)RAW(mremap, address, length, new_length, flags, new_address);
}

EXPORT void *mremap(void *address, size_t length, size_t new_length, int flags, ...)
{
	va_list more;
	void *new_address;

	va_start(more, flags);
	new_address = flags & MREMAP_FIXED ? va_arg(more, void *) : NULL;
	va_end(more);
	if (new_length < length && !(flags & MREMAP_FIXED))
		tell_unmap((char *)address + new_length, length - new_length);
	return move(address, length, new_length, flags, new_address);
}

EXPORT int madvise(void *address, size_t length, int advice)
{
	if (advice == MADV_DONTNEED || advice == MADV_REMOVE || advice == MADV_FREE)
		tell_unmap(address, length);
	if (advice == MADV_DONTNEED)
		throw_away((uintptr_t)address, length);
	return RAW(madvise, address, length, advice);
}

/* What devices reach of this process goes with it. */
__attribute__((destructor)) static void leave(void)
{
	tell_unmap(NULL, EVERYTHING);
}

EXPORT __attribute__((noreturn)) void _exit(int status)
{
	tell_unmap(NULL, EVERYTHING);
	for (;;)
		RAW(exit_group, status);
}

EXPORT __attribute__((noreturn)) void _Exit(int status)
{
	_exit(status);
}
