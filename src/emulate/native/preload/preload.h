/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between a program and the C library: docs/emulate.md. What concerns /dev/iommu, VFIO and their files in sysfs and
 * proc goes to the server, all else to the kernel. Holds no state of files: an fd of the server is known by what it is.
 */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wire.h"

/* The system call itself: functions of the C library may be ours. */
#define RAW(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

/* For a result as in a register: -1 with errno. */
long result_of(int64_t result);
/* One line on stderr, the first time only for each kind of complaint. */
void complain(bool *said, const char *what);

/* channel.c */
struct reply {
	struct answer answer;
	char text[TEXT_LIMIT + 1];
};

/* Sends a request, with a text behind it unless that is NULL, and waits. The result is a negative errno on failure. */
int64_t call(struct request *request, const char *text, struct reply *reply);
/* The same of a call that may make a file: *fd is its number, or -1. */
int64_t call_for_file(struct request *request, const char *text, struct reply *reply, int *fd);
/* Has this process talked to the server? */
bool has_talked(void);
/* Does that number belong to a connection of this library, which the program knows nothing of? */
bool is_hidden(int fd);

/* ours.c */
uint64_t inode_of(int fd);
/* A file that the server serves. Leaves errno alone. */
bool is_ours(int fd);
/* Paths that the server answers for. */
bool is_path_of_ours(const char *path);
/* The path itself, or in `buffer` that of the same file in the server's view of sysfs. */
const char *seen(const char *path, char *buffer);
/* `path` from `folder`, as a path from the root where it may be one of ours; else `path`. */
const char *absolute(int folder, const char *path, char *buffer);

/* paths.c: `path` from `folder`, as the kernel of the host finds it: in the view where it is one of ours. */
const char *found(int folder, const char *path, char *buffer);

/* memory.c: tells the server that memory of this process goes. */
void tell_unmap(const void *address, size_t length);

/* private.c: private memory that devices are to reach becomes files; `reply` says which. */
void make_files(const struct reply *reply);
/* What of it is such a file becomes private memory that nobody has touched. */
void throw_away(uintptr_t address, size_t length);

/* registers.c */
void *map_registers(void *address, size_t length, int protection, int flags, int fd, uint64_t offset);
/* The range is not one of registers any more. */
void forget_registers(uintptr_t address, size_t length);

#endif
