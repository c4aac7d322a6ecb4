// SPDX-License-Identifier: Apache-2.0
/* Calls on open files, and how they are opened. */
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define EXPORT __attribute__((visibility("default")))

/* A file without a name that holds what the server said, to be read from its begin. */
static int file_of(const char *text, size_t length)
{
	int fd = RAW(memfd_create, "emulate", MFD_CLOEXEC);

	if (fd >= 0 && RAW(write, fd, text, length) != (ssize_t)length) {
		RAW(close, fd);
		errno = EIO;
		return -1;
	}
	if (fd >= 0)
		RAW(lseek, fd, 0, SEEK_SET);
	return fd;
}

static int open_ours(const char *path, int flags, int mode)
{
	struct request request = { .operation = OPEN, .fd = -1, .arguments = { flags } };
	struct reply reply;
	int fd;
	int64_t result = call_for_file(&request, path, &reply, &fd);

	if (result < 0)
		return result_of(result);
	if (reply.answer.flags & TOOK)
		return fd;
	if (reply.answer.flags & ELSEWHERE)
		return RAW(openat, AT_FDCWD, reply.text, flags, mode);
	return file_of(reply.text, reply.answer.length);
}

static int open_any(int folder, const char *path, int flags, int mode)
{
	char buffer[PATH_MAX];
	const char *full = absolute(folder, path, buffer);

	if (is_path_of_ours(full) && strlen(full) < TEXT_LIMIT)
		return open_ours(full, flags, mode);
	return RAW(openat, folder, path, flags, mode);
}

static int mode_of(int flags, va_list more)
{
	return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? va_arg(more, int) : 0;
}

#define OPEN_FUNCTION(name, folder, path, ...)                                                                         \
	EXPORT int name(__VA_ARGS__, int flags, ...)                                                                   \
	{                                                                                                              \
		va_list more;                                                                                          \
		int mode;                                                                                              \
                                                                                                                       \
		va_start(more, flags);                                                                                 \
		mode = mode_of(flags, more);                                                                           \
		va_end(more);                                                                                          \
		return open_any(folder, path, flags, mode);                                                            \
	}

OPEN_FUNCTION(open, AT_FDCWD, path, const char *path)
OPEN_FUNCTION(open64, AT_FDCWD, path, const char *path)
OPEN_FUNCTION(openat, folder, path, int folder, const char *path)
OPEN_FUNCTION(openat64, folder, path, int folder, const char *path)

/* What a program calls that was compiled with _FORTIFY_SOURCE. */
EXPORT int __open_2(const char *path, int flags)
{
	return open_any(AT_FDCWD, path, flags, 0);
}

EXPORT int __open64_2(const char *path, int flags)
{
	return open_any(AT_FDCWD, path, flags, 0);
}

EXPORT int __openat_2(int folder, const char *path, int flags)
{
	return open_any(folder, path, flags, 0);
}

EXPORT int __openat64_2(int folder, const char *path, int flags)
{
	return open_any(folder, path, flags, 0);
}

/* The byte that makes a file readable is there no more when the server says that the file is not. */
static long finish(int fd, int64_t result, const struct reply *reply)
{
	char byte;

	if (reply->answer.flags & DRAINED)
		RAW(recvfrom, fd, &byte, 1, MSG_DONTWAIT, NULL, NULL);
	return result_of(result);
}

static long transfer(enum operation operation, int fd, const void *bytes, size_t length, int64_t offset)
{
	struct request request = {
		.operation = operation,
		.fd = fd,
		.inode = inode_of(fd),
		.arguments = { (uintptr_t)bytes, length, offset },
	};
	struct reply reply;
	int64_t result = call(&request, NULL, &reply);

	return finish(fd, result, &reply);
}

EXPORT int ioctl(int fd, unsigned long command, ...)
{
	struct request request = { .operation = IOCTL, .fd = fd };
	struct reply reply;
	va_list more;
	int made;
	int64_t result;

	va_start(more, command);
	request.arguments[0] = (uint32_t)command;
	request.arguments[1] = va_arg(more, unsigned long);
	va_end(more);
	if (!is_ours(fd))
		return RAW(ioctl, fd, command, request.arguments[1]);
	request.inode = inode_of(fd);
	result = call_for_file(&request, NULL, &reply, &made);
	if (reply.answer.flags & MAKE_FILES) {
		make_files(&reply);
		request.arguments[2] = 1;
		result = call_for_file(&request, NULL, &reply, &made);
	}
	return finish(fd, result, &reply);
}

EXPORT ssize_t read(int fd, void *bytes, size_t length)
{
	return is_ours(fd) ? transfer(READ, fd, bytes, length, 0) : RAW(read, fd, bytes, length);
}

EXPORT ssize_t __read_chk(int fd, void *bytes, size_t length, size_t room)
{
	(void)room;
	return read(fd, bytes, length);
}

EXPORT ssize_t write(int fd, const void *bytes, size_t length)
{
	return is_ours(fd) ? transfer(WRITE, fd, bytes, length, 0) : RAW(write, fd, bytes, length);
}

#define AT_OFFSET(name, operation, kernel, kind)                                                                       \
	EXPORT ssize_t name(int fd, kind bytes, size_t length, off_t offset)                                           \
	{                                                                                                              \
		return is_ours(fd) ? transfer(operation, fd, bytes, length, offset) :                                  \
				     RAW(kernel, fd, bytes, length, offset);                                           \
	}

AT_OFFSET(pread, PREAD, pread64, void *)
AT_OFFSET(pread64, PREAD, pread64, void *)
AT_OFFSET(pwrite, PWRITE, pwrite64, const void *)
AT_OFFSET(pwrite64, PWRITE, pwrite64, const void *)

EXPORT ssize_t __pread_chk(int fd, void *bytes, size_t length, off_t offset, size_t room)
{
	(void)room;
	return pread(fd, bytes, length, offset);
}

EXPORT ssize_t __pread64_chk(int fd, void *bytes, size_t length, off_t offset, size_t room)
{
	(void)room;
	return pread(fd, bytes, length, offset);
}

/* The server has seen that the file is closed when this returns: what the last close() undoes is undone. */
static void closed(int fd)
{
	struct request request = { .operation = CLOSED, .fd = fd };
	struct reply reply;
	int saved = errno;

	call(&request, NULL, &reply);
	errno = saved;
}

EXPORT int close(int fd)
{
	bool was_ours;
	long result;

	if (is_hidden(fd)) {
		errno = EBADF;
		return -1;
	}
	was_ours = is_ours(fd);
	result = RAW(close, fd);
	if (was_ours && result == 0)
		closed(fd);
	return result;
}

static int replace(int fd, int by, int flags)
{
	bool was_ours = fd != by && is_ours(fd);
	int result = RAW(dup3, by, fd, flags);

	if (was_ours && result >= 0)
		closed(fd);
	return result;
}

EXPORT int dup2(int old, int new)
{
	/* Not so dup3(): it refuses. */
	if (old == new)
		return RAW(fcntl, old, F_GETFD) < 0 ? -1 : new;
	return replace(new, old, 0);
}

EXPORT int dup3(int old, int new, int flags)
{
	return replace(new, old, flags);
}

/* All but the connections of this library. */
EXPORT int close_range(unsigned int first, unsigned int last, int flags)
{
	for (unsigned int fd = first; fd <= last && fd < 65536; fd++) {
		if (!is_hidden(fd))
			continue;
		if (fd > first && RAW(close_range, first, fd - 1, flags) < 0)
			return -1;
		if (fd == last)
			return 0;
		first = fd + 1;
	}
	return RAW(close_range, first, last, flags);
}

EXPORT void closefrom(int first)
{
	close_range(first < 0 ? 0 : first, ~0u, 0);
}
