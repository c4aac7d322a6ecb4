// SPDX-License-Identifier: Apache-2.0
/*
 * A process may ask the kernel to make one of its checks fail (Documentation/fault-injection, fail-nth). What a worker
 * does between two calls of its process is none of the process's doing, and must neither be counted nor fail.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <fcntl.h>
#include <unistd.h>

/* Beside the channel. */
#define COUNTER_FD (CHANNEL_FD + 1)

/* As it stood after the last call; length 0 where nothing is to fail. */
static char count[16];
static ssize_t length;

/* Of this process: one that was inherited is the parent's. Without one in the kernel there is nothing to do. */
void faults_open(void)
{
	int fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);

	close(COUNTER_FD);
	length = 0;
	if (fd < 0)
		return;
	dup3(fd, COUNTER_FD, O_CLOEXEC);
	close(fd);
}

void faults_suspend(void)
{
	length = pread(COUNTER_FD, count, sizeof(count), 0);
	if (length <= 0 || count[0] == '0' || pwrite(COUNTER_FD, "0", 1, 0) != 1)
		length = 0;
}

void faults_resume(void)
{
	if (length > 0 && pwrite(COUNTER_FD, count, (size_t)length, 0) < 0)
		length = 0;
}
