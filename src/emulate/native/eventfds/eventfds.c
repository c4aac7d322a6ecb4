// SPDX-License-Identifier: Apache-2.0
/*
 * Holds eventfds of other processes for the server, which can neither take an fd from a process nor write to one that it
 * has not opened. Usage: eventfds FOLDER. Makes the pipes `commands` and `answers` there and says "ready" on stdout; then
 * each command gets an answer, and stdout tells what was written to those that are watched. Ends with the commands.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum verb {
	/* An eventfd of a process: the answer is a handle. */
	ADOPT = 1,
	/* Adds 1, unless the counter is full. */
	SIGNAL,
	/* Reads it: the answer is the counter, or -EAGAIN. */
	TAKE,
	/* 1 where it is not 0. */
	PEEK,
	WATCH,
	IGNORE,
	DROP,
};

struct command {
	uint32_t verb;
	/* For ADOPT a process, else a handle. */
	int32_t subject;
	int32_t fd;
	uint32_t unused;
};

/* By handle, which is the number of the fd here. */
static bool *watched;
static int watched_size;

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "emulate: eventfds: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t adopt(pid_t process, int fd)
{
	int handle, pidfd = syscall(SYS_pidfd_open, process, 0);

	if (pidfd < 0)
		return -errno;
	handle = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (handle < 0)
		handle = -errno;
	close(pidfd);
	return handle;
}

static bool is_ready(int handle, short what)
{
	struct pollfd file = { .fd = handle, .events = what };

	return poll(&file, 1, 0) == 1 && file.revents & what;
}

static int64_t signal_it(int handle)
{
	uint64_t one = 1;

	if (is_ready(handle, POLLOUT) && write(handle, &one, sizeof(one)) < 0)
		return -errno;
	return 0;
}

static int64_t take(int handle)
{
	uint64_t value;

	if (!is_ready(handle, POLLIN))
		return -EAGAIN;
	return read(handle, &value, sizeof(value)) < 0 ? -errno : (int64_t)value;
}

static int64_t watch(int handle, bool on)
{
	if (handle >= watched_size) {
		int size = handle * 2 + 16;

		watched = realloc(watched, size);
		demand(watched, "memory");
		memset(watched + watched_size, 0, size - watched_size);
		watched_size = size;
	}
	watched[handle] = on;
	return 0;
}

static int64_t obey(const struct command *command)
{
	switch (command->verb) {
	case ADOPT:
		return adopt(command->subject, command->fd);
	case SIGNAL:
		return signal_it(command->subject);
	case TAKE:
		return take(command->subject);
	case PEEK:
		return is_ready(command->subject, POLLIN);
	case WATCH:
	case IGNORE:
		return watch(command->subject, command->verb == WATCH);
	case DROP:
		watch(command->subject, false);
		return close(command->subject) < 0 ? -errno : 0;
	default:
		return -EINVAL;
	}
}

/* Each write is told once: the server reads it before it watches for the next. */
static void tell(int handle)
{
	watched[handle] = false;
	printf("%d\n", handle);
	fflush(stdout);
}

static void serve(int commands, int answers)
{
	for (;;) {
		struct pollfd files[1 + 1024] = { { .fd = commands, .events = POLLIN } };
		int count = 1;

		for (int handle = 0; handle < watched_size && count < 1025; handle++)
			if (watched[handle])
				files[count++] = (struct pollfd){ .fd = handle, .events = POLLIN };
		demand(poll(files, count, -1) >= 0 || errno == EINTR, "poll");
		if (files[0].revents) {
			struct command command;
			ssize_t length = read(commands, &command, sizeof(command));
			int64_t answer;

			if (length != sizeof(command))
				return;
			answer = obey(&command);
			demand(write(answers, &answer, sizeof(answer)) == sizeof(answer), "answer");
			continue;
		}
		for (int i = 1; i < count; i++)
			if (files[i].revents)
				tell(files[i].fd);
	}
}

int main(int argc, char **argv)
{
	int commands, answers;

	demand(argc == 2 && chdir(argv[1]) == 0, "folder");
	demand(mkfifo("commands", 0600) == 0 && mkfifo("answers", 0600) == 0, "pipes");
	puts("ready");
	fflush(stdout);
	commands = open("commands", O_RDONLY | O_CLOEXEC);
	answers = open("answers", O_WRONLY | O_CLOEXEC);
	demand(commands >= 0 && answers >= 0, "pipes");
	serve(commands, answers);
	return 0;
}
