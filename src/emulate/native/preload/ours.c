// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* Where the server shows what the machine has: a folder with dev and sys in it. */
static const char *view;
static const char *socket_path;

__attribute__((constructor(102))) static void start(void)
{
	view = getenv("IOMMUFD_EMULATE_VIEW");
	socket_path = getenv("IOMMUFD_EMULATE_SOCKET");
	view = view ? strdup(view) : NULL;
	socket_path = socket_path ? strdup(socket_path) : NULL;
}

static int raw_stat(int fd, struct stat *status)
{
	return RAW(newfstatat, fd, "", status, AT_EMPTY_PATH);
}

uint64_t inode_of(int fd)
{
	struct stat status;
	int saved = errno;
	uint64_t inode = raw_stat(fd, &status) < 0 ? 0 : status.st_ino;

	errno = saved;
	return inode;
}

static bool is_connected_to_server(int fd)
{
	struct sockaddr_un peer = { 0 };
	socklen_t length = sizeof(peer);
	struct stat status;

	return socket_path && raw_stat(fd, &status) == 0 && S_ISSOCK(status.st_mode) &&
	       RAW(getpeername, fd, &peer, &length) == 0 && peer.sun_family == AF_UNIX &&
	       strcmp(peer.sun_path, socket_path) == 0;
}

bool is_ours(int fd)
{
	int saved = errno;
	bool is = fd >= 0 && is_connected_to_server(fd) && !is_hidden(fd);

	errno = saved;
	return is;
}

static bool begins(const char *path, const char *start)
{
	size_t length = strlen(start);

	return strncmp(path, start, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static const char *const folders[] = {
	"/dev/iommu",	       "/dev/vfio",
	"/sys/bus/pci",	       "/sys/kernel/iommu_groups",
	"/sys/class/iommu",    "/sys/class/vfio-dev",
	"/sys/class/vfio",     "/sys/class/misc/iommu",
	"/sys/class/misc/vfio", "/sys/kernel/debug",
	"/sys/module/iommufd", "/sys/module/vfio",
	"/sys/module/vfio_iommu_type1", "/sys/devices/pci0000:00",
};

/* Files of a process that hold what the reference knows of it. */
static bool is_of_process(const char *path)
{
	static const char *const names[] = { "status", "fail-nth", "make-it-fail" };
	const char *name = strrchr(path, '/');

	if (strncmp(path, "/proc/", 6) != 0 || !name)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name + 1, names[i]) == 0)
			return true;
	return false;
}

bool is_path_of_ours(const char *path)
{
	if (!path || path[0] != '/' || !view)
		return false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (begins(path, folders[i]))
			return true;
	return is_of_process(path);
}

const char *seen(const char *path, char *buffer)
{
	if (!is_path_of_ours(path) || path[1] == 'p')
		return path;
	if (snprintf(buffer, PATH_MAX, "%s%s", view, path) >= PATH_MAX)
		return path;
	return buffer;
}

const char *absolute(int folder, const char *path, char *buffer)
{
	char link[64];
	ssize_t length;

	if (!path || path[0] == '/' || folder == AT_FDCWD || !view)
		return path;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	length = RAW(readlinkat, AT_FDCWD, link, buffer, PATH_MAX - 1);
	if (length <= 0)
		return path;
	buffer[length] = 0;
	if (!begins(buffer, view) || length + strlen(path) + 2 > PATH_MAX)
		return path;
	/* As the program knows it. */
	length -= strlen(view);
	memmove(buffer, buffer + strlen(view), length + 1);
	snprintf(buffer + length, PATH_MAX - length, "/%s", path);
	return buffer;
}
