// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

/* As many calls at a time; a thread that finds none free waits. */
#define CHANNELS 64

/*
 * A connection for calls, which stays open until the process ends: that is how the server knows. No locks: whoever gets
 * `busy` has it, so that a signal handler takes another one, and one that never returns costs no more than its channel.
 */
struct channel {
	atomic_flag busy;
	/* 0 where there is none yet; else one more than the number. */
	int fd_plus_one, spare_plus_one;
	/* By which the program is noticed to have closed it. */
	uint64_t inode, spare_inode;
};

static struct channel channels[CHANNELS];
/* The process that the channels are of, and which of the programs that it was. */
static pid_t owner;
static uint64_t image;
static struct sockaddr_un server = { .sun_family = AF_UNIX };

long result_of(int64_t result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

void complain(bool *said, const char *what)
{
	char line[512];
	int length = snprintf(line, sizeof(line), "emulate: %s\n", what);

	if (!*said)
		RAW(write, 2, line, length);
	*said = true;
}

/* Far above what the program opens, so that its numbers are those of Linux. */
static int raise_number(int fd)
{
	struct rlimit limit;
	int floor = 512, raised;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 1024)
		floor = limit.rlim_cur / 2;
	raised = RAW(fcntl, fd, F_DUPFD_CLOEXEC, floor);
	if (raised < 0)
		return fd;
	RAW(close, fd);
	return raised;
}

static bool send_all(int fd, const void *bytes, size_t length)
{
	for (const char *next = bytes; length > 0;) {
		ssize_t sent = RAW(sendto, fd, next, length, MSG_NOSIGNAL, NULL, 0);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
		next += sent;
		length -= sent;
	}
	return true;
}

static bool receive_all(int fd, void *bytes, size_t length)
{
	for (char *next = bytes; length > 0;) {
		ssize_t got = RAW(recvfrom, fd, next, length, 0, NULL, NULL);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		next += got;
		length -= got;
	}
	return true;
}

/* A connection whose purpose the server has taken note of: its number, or -1. */
static int dial(enum operation purpose, uint64_t *inode)
{
	int fd = RAW(socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct request first = { .size = sizeof(first), .operation = purpose };
	struct answer answer;

	if (fd < 0)
		return -1;
	while (RAW(connect, fd, &server, sizeof(server)) < 0) {
		if (errno == EINTR || errno == EAGAIN)
			continue;
		RAW(close, fd);
		return -1;
	}
	fd = raise_number(fd);
	*inode = first.inode = inode_of(fd);
	first.arguments[0] = RAW(getpid);
	first.arguments[1] = image;
	if (send_all(fd, &first, sizeof(first)) && receive_all(fd, &answer, sizeof(answer)) && answer.result == 0)
		return fd;
	RAW(close, fd);
	return -1;
}

/* The number of a connection, made anew where there is none or the program has closed it. */
static int renew(int *fd_plus_one, uint64_t *inode, enum operation purpose)
{
	if (*fd_plus_one != 0 && inode_of(*fd_plus_one - 1) == *inode)
		return *fd_plus_one - 1;
	*fd_plus_one = dial(purpose, inode) + 1;
	return *fd_plus_one - 1;
}

static uint64_t new_image(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec;
}

/* Where others may not look at a process, the server may. */
static void let_in(void)
{
	if (server.sun_path[0])
		RAW(prctl, PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
}

static void forget_channels(void)
{
	for (int i = 0; i < CHANNELS; i++) {
		if (channels[i].fd_plus_one != 0)
			RAW(close, channels[i].fd_plus_one - 1);
		if (channels[i].spare_plus_one != 0)
			RAW(close, channels[i].spare_plus_one - 1);
		channels[i] = (struct channel){ .busy = ATOMIC_FLAG_INIT };
	}
	owner = RAW(getpid);
	image = new_image();
	let_in();
}

static struct channel *take(void)
{
	for (;;) {
		for (int i = 0; i < CHANNELS; i++)
			if (!atomic_flag_test_and_set(&channels[i].busy))
				return &channels[i];
		RAW(sched_yield);
	}
}

static int64_t exchange(int fd, struct request *request, const char *text, struct reply *reply)
{
	static bool said;
	size_t length = text ? strlen(text) : 0;

	request->size = sizeof(*request) + length;
	if (fd >= 0 && send_all(fd, request, sizeof(*request)) && send_all(fd, text, length) &&
	    receive_all(fd, &reply->answer, sizeof(reply->answer)) && reply->answer.length <= TEXT_LIMIT &&
	    receive_all(fd, reply->text, reply->answer.length)) {
		reply->text[reply->answer.length] = 0;
		return reply->answer.result;
	}
	complain(&said, "the server does not serve this process; its calls fail with EIO");
	reply->answer = (struct answer){ .result = -EIO };
	return -EIO;
}

static int64_t call_on(struct channel *channel, struct request *request, const char *text, struct reply *reply, int *fd)
{
	int connection = renew(&channel->fd_plus_one, &channel->inode, HELLO);
	int spare = fd ? renew(&channel->spare_plus_one, &channel->spare_inode, FUTURE_FILE) : -1;
	int number = spare < 0 ? -1 : RAW(fcntl, spare, F_DUPFD_CLOEXEC, 0);
	int64_t result;

	request->new_fd = fd && number < 0 ? -errno : number;
	request->new_inode = channel->spare_inode;
	result = exchange(connection, request, text, reply);
	if (!fd)
		return result;
	*fd = -1;
	if (!(reply->answer.flags & TOOK)) {
		if (number >= 0)
			RAW(close, number);
		return result;
	}
	if (!(reply->answer.flags & CLOSE_ON_EXEC))
		RAW(fcntl, number, F_SETFD, 0);
	RAW(close, spare);
	channel->spare_plus_one = 0;
	*fd = number;
	return result;
}

int64_t call_for_file(struct request *request, const char *text, struct reply *reply, int *fd)
{
	/* A child that shares the memory of its parent, and may not touch what is the parent's. */
	struct channel own = { .busy = ATOMIC_FLAG_INIT };
	bool is_owner = owner == RAW(getpid);
	struct channel *channel = is_owner ? take() : &own;
	int64_t result = call_on(channel, request, text, reply, fd);

	if (is_owner) {
		atomic_flag_clear(&channel->busy);
		return result;
	}
	if (own.fd_plus_one != 0)
		RAW(close, own.fd_plus_one - 1);
	if (own.spare_plus_one != 0)
		RAW(close, own.spare_plus_one - 1);
	return result;
}

int64_t call(struct request *request, const char *text, struct reply *reply)
{
	return call_for_file(request, text, reply, NULL);
}

bool has_talked(void)
{
	return channels[0].fd_plus_one != 0 && owner == RAW(getpid);
}

bool is_hidden(int fd)
{
	for (int i = 0; i < CHANNELS; i++) {
		if (channels[i].fd_plus_one == fd + 1 && inode_of(fd) == channels[i].inode)
			return true;
		if (channels[i].spare_plus_one == fd + 1 && inode_of(fd) == channels[i].spare_inode)
			return true;
	}
	return false;
}

__attribute__((constructor(101))) static void start(void)
{
	const char *path = getenv("IOMMUFD_EMULATE_SOCKET");

	if (path)
		snprintf(server.sun_path, sizeof(server.sun_path), "%s", path);
	owner = RAW(getpid);
	image = new_image();
	let_in();
	pthread_atfork(NULL, NULL, forget_channels);
}
