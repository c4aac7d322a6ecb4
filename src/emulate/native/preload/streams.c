// SPDX-License-Identifier: Apache-2.0
/* Streams of files of the server: the C library reads and writes its own by calls that are not seen here. */
#define _GNU_SOURCE
#include "preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static ssize_t cookie_read(void *cookie, char *bytes, size_t length)
{
	return read((intptr_t)cookie, bytes, length);
}

static ssize_t cookie_write(void *cookie, const char *bytes, size_t length)
{
	ssize_t written = write((intptr_t)cookie, bytes, length);

	/* 0 is how a stream is told of an error. */
	return written < 0 ? 0 : written;
}

static int cookie_close(void *cookie)
{
	return close((intptr_t)cookie);
}

static int flags_of(const char *mode)
{
	int access = mode[0] == 'r' ? 0 : O_CREAT | (mode[0] == 'w' ? O_TRUNC : O_APPEND);
	int rights = strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;

	return access | rights | (strchr(mode, 'e') ? O_CLOEXEC : 0);
}

EXPORT FILE *fdopen(int fd, const char *mode)
{
	const cookie_io_functions_t calls = { cookie_read, cookie_write, NULL, cookie_close };
	FILE *(*next)(int, const char *) = dlsym(RTLD_NEXT, "fdopen");

	return is_ours(fd) ? fopencookie((void *)(intptr_t)fd, mode, calls) : next(fd, mode);
}

static FILE *open_stream(const char *name, const char *path, const char *mode)
{
	FILE *(*next)(const char *, const char *) = dlsym(RTLD_NEXT, name);
	FILE *stream;
	int fd;

	if (!is_path_of_ours(path))
		return next(path, mode);
	fd = open(path, flags_of(mode), 0666);
	if (fd < 0)
		return NULL;
	stream = fdopen(fd, mode);
	if (!stream)
		close(fd);
	return stream;
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	return open_stream("fopen", path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return open_stream("fopen64", path, mode);
}
