// SPDX-License-Identifier: Apache-2.0
/* What a file is, by its path or by its fd: both say the same of the same file. */
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define EXPORT __attribute__((visibility("default")))

/* fs/sysfs/file.c: what a file is long whose content is not known before it is read. */
#define SYSFS_SIZE 4096
/* fs/anon_inodes.c: of no kind at all. */
#define ANONYMOUS_MODE 0600

/* What the program sees otherwise than the file in the view is: the rest of `struct stat` and `struct statx` is its own. */
struct kind {
	unsigned int mode;
	unsigned int major, minor;
	uint64_t size;
};

/* A node is a file in the view that holds its numbers. */
static bool is_node(const char *path, struct kind *kind)
{
	char text[32] = "";
	int fd = RAW(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	bool is;

	if (fd < 0)
		return false;
	is = RAW(read, fd, text, sizeof(text) - 1) > 0 && sscanf(text, "%u:%u", &kind->major, &kind->minor) == 2;
	RAW(close, fd);
	return is;
}

static void become(const char *path, struct kind *kind)
{
	if (!S_ISREG(kind->mode))
		return;
	if (strstr(path, "/sys/")) {
		if (kind->size == 0)
			kind->size = SYSFS_SIZE;
	} else if (is_node(path, kind)) {
		kind->mode = S_IFCHR | (kind->mode & 07777);
		kind->size = 0;
	}
}

static void become_stat(const char *path, struct stat *status)
{
	struct kind kind = { .mode = status->st_mode, .size = status->st_size };

	become(path, &kind);
	status->st_mode = kind.mode;
	status->st_size = kind.size;
	if (S_ISCHR(kind.mode))
		status->st_rdev = makedev(kind.major, kind.minor);
}

static void become_statx(const char *path, struct statx *status)
{
	struct kind kind = { .mode = status->stx_mode, .size = status->stx_size };

	become(path, &kind);
	status->stx_mode = kind.mode;
	status->stx_size = kind.size;
	status->stx_rdev_major = kind.major;
	status->stx_rdev_minor = kind.minor;
}

/* The file in the view that stands for an open one of the server; NULL for one that was never opened by a path. */
static const char *behind(int fd, struct reply *reply)
{
	struct request request = { .operation = NAME, .fd = fd, .inode = inode_of(fd) };

	return call(&request, NULL, reply) == 0 && reply->answer.length > 0 ? reply->text : NULL;
}

static bool is_fd_itself(int fd, const char *path, int flags)
{
	return flags & AT_EMPTY_PATH && (!path || path[0] == 0) && is_ours(fd);
}

static int stat_ours(int fd, struct stat *status)
{
	struct reply reply;
	const char *path = behind(fd, &reply);

	if (path && RAW(newfstatat, AT_FDCWD, path, status, 0) == 0) {
		become_stat(path, status);
		return 0;
	}
	if (RAW(newfstatat, fd, "", status, AT_EMPTY_PATH) < 0)
		return -1;
	status->st_mode = ANONYMOUS_MODE;
	return 0;
}

static int stat_any(int folder, const char *path, struct stat *status, int flags)
{
	char buffer[PATH_MAX];
	const char *real;
	int result;

	if (is_fd_itself(folder, path, flags))
		return stat_ours(folder, status);
	real = found(folder, path, buffer);
	result = RAW(newfstatat, folder, real, status, flags);
	if (result == 0 && real == buffer)
		become_stat(real, status);
	return result;
}

static int statx_ours(int fd, unsigned int mask, struct statx *status)
{
	struct reply reply;
	const char *path = behind(fd, &reply);

	if (path && RAW(statx, AT_FDCWD, path, 0, mask, status) == 0) {
		become_statx(path, status);
		return 0;
	}
	if (RAW(statx, fd, "", AT_EMPTY_PATH, mask, status) < 0)
		return -1;
	status->stx_mode = ANONYMOUS_MODE;
	return 0;
}

EXPORT int statx(int folder, const char *restrict path, int flags, unsigned int mask, struct statx *restrict status)
{
	char buffer[PATH_MAX];
	const char *real;
	int result;

	if (is_fd_itself(folder, path, flags))
		return statx_ours(folder, mask, status);
	real = found(folder, path, buffer);
	result = RAW(statx, folder, real, flags, mask, status);
	if (result == 0 && real == buffer)
		become_statx(real, status);
	return result;
}

/* struct stat64 is the same on 64 bits. */
#define STAT_FUNCTIONS(suffix, kind)                                                                                   \
	EXPORT int stat##suffix(const char *path, kind *status)                                                        \
	{                                                                                                              \
		return stat_any(AT_FDCWD, path, (struct stat *)status, 0);                                             \
	}                                                                                                              \
	EXPORT int lstat##suffix(const char *path, kind *status)                                                       \
	{                                                                                                              \
		return stat_any(AT_FDCWD, path, (struct stat *)status, AT_SYMLINK_NOFOLLOW);                           \
	}                                                                                                              \
	EXPORT int fstat##suffix(int fd, kind *status)                                                                 \
	{                                                                                                              \
		return stat_any(fd, "", (struct stat *)status, AT_EMPTY_PATH);                                         \
	}                                                                                                              \
	EXPORT int fstatat##suffix(int folder, const char *path, kind *status, int flags)                              \
	{                                                                                                              \
		return stat_any(folder, path, (struct stat *)status, flags);                                           \
	}                                                                                                              \
	/* What programs call that were linked with a C library before 2.33: `version` is that of the struct. */       \
	int __xstat##suffix(int version, const char *path, kind *status);                                              \
	int __lxstat##suffix(int version, const char *path, kind *status);                                             \
	int __fxstat##suffix(int version, int fd, kind *status);                                                       \
	int __fxstatat##suffix(int version, int folder, const char *path, kind *status, int flags);                    \
	EXPORT int __xstat##suffix(int version, const char *path, kind *status)                                        \
	{                                                                                                              \
		(void)version;                                                                                         \
		return stat##suffix(path, status);                                                                     \
	}                                                                                                              \
	EXPORT int __lxstat##suffix(int version, const char *path, kind *status)                                       \
	{                                                                                                              \
		(void)version;                                                                                         \
		return lstat##suffix(path, status);                                                                    \
	}                                                                                                              \
	EXPORT int __fxstat##suffix(int version, int fd, kind *status)                                                 \
	{                                                                                                              \
		(void)version;                                                                                         \
		return fstat##suffix(fd, status);                                                                      \
	}                                                                                                              \
	EXPORT int __fxstatat##suffix(int version, int folder, const char *path, kind *status, int flags)              \
	{                                                                                                              \
		(void)version;                                                                                         \
		return fstatat##suffix(folder, path, status, flags);                                                   \
	}

STAT_FUNCTIONS(, struct stat)
STAT_FUNCTIONS(64, struct stat64)
