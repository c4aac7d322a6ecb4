// SPDX-License-Identifier: Apache-2.0
/*
 * Private memory that devices are to reach becomes a file, which the server has open as well: so what devices reach stays
 * what it is when the program unmaps it, moves it, calls exec() or is killed. The program sees no difference: other threads
 * that store meanwhile wait (userfaultfd), and a child gets a copy of its own.
 */
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define PAGE 4096ul
/* By these names the files are known in /proc/self/maps. */
#define NAME_OF_FILES "emulated-private"
#define NAME_OF_COPIES "emulated-copy"
/* A file goes on behind what is mapped of it, as mremap() may let memory grow: there are zeros, as behind private memory. */
#define ROOM (1ul << 40)
/* What fork() finds more of than this is not copied. */
#define COPIES 256

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

/* Any at all? Most programs have none, and are not to be slowed down. */
static atomic_bool has_files;

static int file_named(const char *name, size_t size)
{
	int fd = RAW(memfd_create, name, MFD_CLOEXEC);

	if (fd >= 0 && RAW(ftruncate, fd, size + ROOM) < 0 && RAW(ftruncate, fd, size) < 0) {
		RAW(close, fd);
		return -1;
	}
	return fd;
}

static bool write_all(int fd, uintptr_t from, size_t length, size_t at)
{
	while (length > 0) {
		ssize_t written = RAW(pwrite64, fd, from, length, at);

		if (written < 0 && errno == EINTR)
			continue;
		/* Another thread has thrown these pages away: they are zeros. */
		if (written < 0 && errno == EFAULT)
			return true;
		if (written <= 0)
			return false;
		from += written;
		at += written;
		length -= written;
	}
	return true;
}

/* Copies those pages for which `is_there` says so, many at once. */
static bool copy_pages(int fd, const struct range *range, const bool *is_there, size_t count, uintptr_t first)
{
	for (size_t i = 0; i < count;) {
		size_t end = i;

		while (end < count && is_there[end])
			end++;
		if (end > i &&
		    !write_all(fd, first + i * PAGE, (end - i) * PAGE, first + i * PAGE - range->start))
			return false;
		i = end + 1;
	}
	return true;
}

#define AT_ONCE 512

/* Pages that nobody has touched yet are not made by this: the file has holes there. */
static bool copy_touched(int fd, const struct range *range)
{
	int pagemap = RAW(openat, AT_FDCWD, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool good = pagemap >= 0;

	for (uintptr_t at = range->start; good && at < range->end; at += AT_ONCE * PAGE) {
		uint64_t entries[AT_ONCE];
		bool is_there[AT_ONCE];
		size_t count = (range->end - at) / PAGE < AT_ONCE ? (range->end - at) / PAGE : AT_ONCE;

		good = RAW(pread64, pagemap, entries, count * 8, at / PAGE * 8) == (ssize_t)(count * 8);
		/* Documentation/admin-guide/mm/pagemap.rst: in memory, or swapped out. */
		for (size_t i = 0; good && i < count; i++)
			is_there[i] = entries[i] >> 62 != 0;
		good = good && copy_pages(fd, range, is_there, count, at);
	}
	if (pagemap >= 0)
		RAW(close, pagemap);
	return good;
}

/* Whoever stores to the range, or touches a page that is not there yet, waits until the number is closed. Or -1. */
static int halt_stores(const struct range *range)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	struct uffdio_register area = {
		.range = { range->start, range->end - range->start },
		.mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect protect = { .range = area.range, .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	int fd = RAW(userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (fd >= 0 && RAW(ioctl, fd, UFFDIO_API, &api) == 0 && RAW(ioctl, fd, UFFDIO_REGISTER, &area) == 0 &&
	    RAW(ioctl, fd, UFFDIO_WRITEPROTECT, &protect) == 0)
		return fd;
	if (fd >= 0)
		RAW(close, fd);
	return -1;
}

static bool has(const struct range *range, const void *what)
{
	return range->start <= (uintptr_t)what && (uintptr_t)what < range->end;
}

static bool exchange_for(int fd, const struct range *range)
{
	size_t length = range->end - range->start;
	int halted = halt_stores(range);
	bool good = halted >= 0 && copy_touched(fd, range) &&
		    RAW(mmap, range->start, length, range->protection, MAP_SHARED | MAP_FIXED, fd, 0) ==
			    (long)range->start;

	if (good)
		RAW(madvise, range->start, length, MADV_DONTFORK);
	if (halted >= 0)
		RAW(close, halted);
	return good;
}

static void make_file(const struct range *range)
{
	static bool said;
	struct request request = { .operation = HOLD };
	struct reply reply;

	/* What this thread itself stores to meanwhile. */
	if (has(range, __builtin_frame_address(0)) || has(range, &errno))
		return;
	request.fd = file_named(NAME_OF_FILES, range->end - range->start);
	if (request.fd < 0)
		return;
	if (exchange_for(request.fd, range)) {
		atomic_store(&has_files, true);
		call(&request, NULL, &reply);
	} else {
		complain(&said, "this system has no userfaultfd for this program: what devices read of private memory "
				"is zeros once the program was killed or has called exec()");
	}
	RAW(close, request.fd);
}

void make_files(const struct reply *reply)
{
	struct range range;
	int saved = errno;

	for (size_t at = 0; at + sizeof(range) <= reply->answer.length; at += sizeof(range)) {
		memcpy(&range, reply->text + at, sizeof(range));
		make_file(&range);
	}
	errno = saved;
}

/* The ranges of this process that are such files: up to `most`. */
static size_t find_files(struct range *ranges, size_t most)
{
	static char text[1 << 16];
	int fd = RAW(openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t count = 0, length = 0;
	ssize_t got;

	while (fd >= 0 && (got = RAW(read, fd, text + length, sizeof(text) - 1 - length)) > 0) {
		char *line = text, *end;

		length += got;
		text[length] = 0;
		for (; (end = strchr(line, '\n')); line = end + 1) {
			char rights[5];
			struct range range = { 0 };

			*end = 0;
			if (!strstr(line, "/memfd:" NAME_OF_FILES) ||
			    sscanf(line, "%lx-%lx %4s", &range.start, &range.end, rights) != 3)
				continue;
			range.protection = (rights[0] == 'r' ? PROT_READ : 0) | (rights[1] == 'w' ? PROT_WRITE : 0) |
					   (rights[2] == 'x' ? PROT_EXEC : 0);
			if (count < most)
				ranges[count++] = range;
		}
		length -= line - text;
		memmove(text, line, length);
	}
	if (fd >= 0)
		RAW(close, fd);
	return count;
}

static struct range copied[COPIES];
static int copies[COPIES];
static size_t copied_count;

/* What is in the file, whether this process has touched it or not. */
static bool copy_resident(int fd, const struct range *range)
{
	bool good = true;

	for (uintptr_t at = range->start; good && at < range->end; at += AT_ONCE * PAGE) {
		unsigned char resident[AT_ONCE];
		bool is_there[AT_ONCE];
		size_t count = (range->end - at) / PAGE < AT_ONCE ? (range->end - at) / PAGE : AT_ONCE;

		good = RAW(mincore, at, count * PAGE, resident) == 0;
		for (size_t i = 0; good && i < count; i++)
			is_there[i] = resident[i] & 1;
		good = good && copy_pages(fd, range, is_there, count, at);
	}
	return good;
}

static void before_fork(void)
{
	static bool said;

	copied_count = atomic_load(&has_files) ? find_files(copied, COPIES) : 0;
	for (size_t i = 0; i < copied_count; i++) {
		copies[i] = file_named(NAME_OF_COPIES, copied[i].end - copied[i].start);
		if (copies[i] < 0 || !copy_resident(copies[i], &copied[i]))
			complain(&said, "there is no room for a child's copy of memory that devices reach");
	}
}

static void in_child(void)
{
	for (size_t i = 0; i < copied_count; i++) {
		RAW(mmap, copied[i].start, copied[i].end - copied[i].start, copied[i].protection, MAP_PRIVATE | MAP_FIXED,
		    copies[i], 0);
		RAW(close, copies[i]);
	}
	atomic_store(&has_files, false);
}

static void in_parent(void)
{
	for (size_t i = 0; i < copied_count; i++)
		RAW(close, copies[i]);
}

void throw_away(uintptr_t address, size_t length)
{
	struct range ranges[16];
	size_t count = atomic_load(&has_files) ? find_files(ranges, 16) : 0;

	for (size_t i = 0; i < count; i++) {
		uintptr_t start = ranges[i].start > address ? ranges[i].start : address;
		uintptr_t end = ranges[i].end < address + length ? ranges[i].end : address + length;

		if (start < end)
			RAW(mmap, start, end - start, ranges[i].protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	}
}

__attribute__((constructor(103))) static void start(void)
{
	pthread_atfork(before_fork, in_parent, in_child);
}
