// SPDX-License-Identifier: Apache-2.0
/* Calls that look a path up without opening it find those of the server in its view. */
#define _GNU_SOURCE
#include "preload.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

const char *found(int folder, const char *path, char *buffer)
{
	char full[PATH_MAX];

	return path ? seen(absolute(folder, path, full), buffer) : path;
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
