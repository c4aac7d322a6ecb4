// SPDX-License-Identifier: Apache-2.0
/*
 * A process may ask the kernel to make one of its checks fail, or all that follow (Documentation/fault-injection,
 * fail-nth and make-it-fail). What a worker does between two calls of its process is none of the process's doing, and
 * must neither be counted nor fail.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <fcntl.h>
#include <unistd.h>

/* Beside the channel. */
#define COUNTER_FD (CHANNEL_FD + 1)
#define FILTER_FD (CHANNEL_FD + 2)

/* As it stood after the last call; length 0 where nothing is to fail. */
struct setting {
	int fd;
	char text[16];
	ssize_t length;
};

static struct setting counter = { .fd = COUNTER_FD };
static struct setting filter = { .fd = FILTER_FD };

/* Without one in the kernel there is nothing to do. */
static void setting_open(struct setting *setting, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	close(setting->fd);
	if (fd < 0)
		return;
	dup3(fd, setting->fd, O_CLOEXEC);
	close(fd);
}

static void setting_suspend(struct setting *setting)
{
	setting->length = pread(setting->fd, setting->text, sizeof(setting->text), 0);
	if (setting->length <= 0 || setting->text[0] == '0' || pwrite(setting->fd, "0", 1, 0) != 1)
		setting->length = 0;
}

static void setting_resume(struct setting *setting)
{
	if (setting->length > 0 && pwrite(setting->fd, setting->text, (size_t)setting->length, 0) < 0)
		setting->length = 0;
}

/* Of this process: files that were inherited are the parent's. A child has the parent's filter, and no count. */
void faults_open(void)
{
	counter.length = 0;
	setting_open(&counter, "/proc/self/fail-nth");
	setting_open(&filter, "/proc/self/make-it-fail");
}

/* The filter goes first both times: while there is no count, nothing may look at it. */
void faults_suspend(void)
{
	setting_suspend(&filter);
	setting_suspend(&counter);
}

void faults_resume(void)
{
	setting_resume(&filter);
	setting_resume(&counter);
}
