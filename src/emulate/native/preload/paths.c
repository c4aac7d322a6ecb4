// SPDX-License-Identifier: Apache-2.0
/* Calls that name a file without opening it find those of the server in its view. */
#define _GNU_SOURCE
#include "preload.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define EXPORT __attribute__((visibility("default")))
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *found(int folder, const char *path, char *buffer)
{
	char full[PATH_MAX];

	return path ? seen(absolute(folder, path, full), buffer) : path;
}

/* What a node is in the view: a file that holds its numbers. */
static void become_node(const char *path, struct stat *status)
{
	char text[32] = "";
	unsigned int major, minor;
	int fd;

	if (!S_ISREG(status->st_mode))
		return;
	fd = RAW(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (RAW(read, fd, text, sizeof(text) - 1) > 0 && sscanf(text, "%u:%u", &major, &minor) == 2) {
		status->st_mode = S_IFCHR | (status->st_mode & 07777);
		status->st_rdev = makedev(major, minor);
		status->st_size = 0;
	}
	RAW(close, fd);
}

static int stat_any(int folder, const char *path, struct stat *status, int flags)
{
	char buffer[PATH_MAX];
	const char *real = found(folder, path, buffer);
	int result = RAW(newfstatat, folder, real, status, flags);

	if (result == 0 && real == buffer && strstr(real, "/dev/"))
		become_node(real, status);
	return result;
}

EXPORT int stat(const char *path, struct stat *status)
{
	return stat_any(AT_FDCWD, path, status, 0);
}

EXPORT int lstat(const char *path, struct stat *status)
{
	return stat_any(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

EXPORT int fstatat(int folder, const char *path, struct stat *status, int flags)
{
	return stat_any(folder, path, status, flags);
}

/* struct stat64 is the same on 64 bits. */
EXPORT int stat64(const char *path, struct stat64 *status)
{
	return stat_any(AT_FDCWD, path, (struct stat *)status, 0);
}

EXPORT int lstat64(const char *path, struct stat64 *status)
{
	return stat_any(AT_FDCWD, path, (struct stat *)status, AT_SYMLINK_NOFOLLOW);
}

EXPORT int fstatat64(int folder, const char *path, struct stat64 *status, int flags)
{
	return stat_any(folder, path, (struct stat *)status, flags);
}

EXPORT int access(const char *path, int mode)
{
	char buffer[PATH_MAX];

	return RAW(faccessat, AT_FDCWD, found(AT_FDCWD, path, buffer), mode);
}

EXPORT int faccessat(int folder, const char *path, int mode, int flags)
{
	char buffer[PATH_MAX];

	return NEXT(faccessat)(folder, found(folder, path, buffer), mode, flags);
}

EXPORT ssize_t readlink(const char *path, char *target, size_t size)
{
	char buffer[PATH_MAX];

	return RAW(readlinkat, AT_FDCWD, found(AT_FDCWD, path, buffer), target, size);
}

EXPORT ssize_t __readlink_chk(const char *path, char *target, size_t size, size_t room)
{
	(void)room;
	return readlink(path, target, size);
}

EXPORT ssize_t readlinkat(int folder, const char *path, char *target, size_t size)
{
	char buffer[PATH_MAX];

	return RAW(readlinkat, folder, found(folder, path, buffer), target, size);
}

EXPORT DIR *opendir(const char *path)
{
	char buffer[PATH_MAX];

	return NEXT(opendir)(found(AT_FDCWD, path, buffer));
}

EXPORT int scandir(const char *path, struct dirent ***names, int (*filter)(const struct dirent *),
		   int (*compare)(const struct dirent **, const struct dirent **))
{
	char buffer[PATH_MAX];

	return NEXT(scandir)(found(AT_FDCWD, path, buffer), names, filter, compare);
}

/* As the program knows it: without the folder that the view is in. */
EXPORT char *realpath(const char *path, char *result)
{
	char buffer[PATH_MAX], resolved[PATH_MAX];
	const char *real = found(AT_FDCWD, path, buffer);
	const char *view = getenv("IOMMUFD_EMULATE_VIEW");
	size_t length = view ? strlen(view) : 0;

	if (real != buffer)
		return NEXT(realpath)(path, result);
	if (!NEXT(realpath)(real, resolved))
		return NULL;
	if (strncmp(resolved, view, length) != 0)
		length = 0;
	return result ? strcpy(result, resolved + length) : strdup(resolved + length);
}

EXPORT char *__realpath_chk(const char *path, char *result, size_t room)
{
	(void)room;
	return realpath(path, result);
}

EXPORT char *canonicalize_file_name(const char *path)
{
	return realpath(path, NULL);
}
