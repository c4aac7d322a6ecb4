// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BYTES_LIMIT (LINE_LIMIT / 2 - 512)
#define POLL_LIMIT 1024

/* No allocation happens in a worker: it could land in a hole that a scenario has just made with munmap(). */
static char line[LINE_LIMIT];
static uint8_t data[BYTES_LIMIT];
static int channel;

static uint64_t number(struct json params, const char *key)
{
	return json_number(json_get(params, key));
}

static void reply_result(long result)
{
	reply_text("%ld", result < 0 ? -(long)errno : result);
}

static void do_open(struct json params)
{
	char path[4096];

	if (json_string(json_get(params, "path"), path, sizeof(path)) < 0) {
		errno = ENAMETOOLONG;
		return reply_result(-1);
	}
	reply_result(open(path, (int)number(params, "flags"), 0600));
}

static void do_close(struct json params)
{
	reply_result(close((int)number(params, "fd")));
}

static void do_ioctl(struct json params)
{
	reply_result(syscall(SYS_ioctl, (int)number(params, "fd"), number(params, "request"),
			     number(params, "arg")));
}

static void transfer(struct json params, long call)
{
	reply_result(syscall(call, (int)number(params, "fd"), number(params, "buffer"),
			     number(params, "length"), number(params, "offset")));
}

static void do_read(struct json params)
{
	transfer(params, SYS_read);
}

static void do_write(struct json params)
{
	transfer(params, SYS_write);
}

static void do_pread(struct json params)
{
	transfer(params, SYS_pread64);
}

static void do_pwrite(struct json params)
{
	transfer(params, SYS_pwrite64);
}

static void do_poll(struct json params)
{
	static struct pollfd fds[POLL_LIMIT];
	struct json list = json_get(params, "fds"), item = { 0 };
	nfds_t count = 0, i;

	while ((item = json_next(list, item)).text && count < POLL_LIMIT) {
		fds[count].fd = (int)number(item, "fd");
		fds[count++].events = (short)number(item, "events");
	}
	if (poll(fds, count, (int)number(params, "timeoutMs")) < 0)
		return reply_result(-1);
	reply_text("[");
	for (i = 0; i < count; i++)
		reply_text("%s{\"fd\":%d,\"events\":%d,\"revents\":%d}", i ? "," : "", fds[i].fd,
			   (unsigned short)fds[i].events, (unsigned short)fds[i].revents);
	reply_text("]");
}

static void do_mmap(struct json params)
{
	long result = syscall(SYS_mmap, number(params, "address"), number(params, "length"),
			      (int)number(params, "protection"), (int)number(params, "flags"),
			      (int)number(params, "fd"), number(params, "offset"));

	if (result == -1)
		return reply_result(-1);
	reply_text("\"0x%lx\"", (unsigned long)result);
}

static void do_munmap(struct json params)
{
	reply_result(syscall(SYS_munmap, number(params, "address"), number(params, "length")));
}

static void reply_signal(int signal)
{
	reply_text("{\"signal\":\"%s\"}", signal == SIGBUS ? "SIGBUS" : "SIGSEGV");
}

/* A result that no type of the protocol allows: the client reports it. */
static void refuse_length(void)
{
	reply_text("\"at most %zu bytes\"", sizeof(data));
}

static void do_load(struct json params)
{
	size_t length = number(params, "length");
	int signal;

	if (length > sizeof(data))
		return refuse_length();
	signal = memory_load(number(params, "address"), data, length);
	if (signal)
		return reply_signal(signal);
	reply_text("{\"bytes\":");
	reply_bytes(data, length);
	reply_text("}");
}

static void do_store(struct json params)
{
	ssize_t length = json_bytes(json_get(params, "bytes"), data, sizeof(data));
	int signal;

	if (length < 0)
		return refuse_length();
	signal = memory_store(number(params, "address"), data, (size_t)length);
	if (signal)
		return reply_signal(signal);
	reply_text("null");
}

static void do_memfd(struct json params)
{
	int fd = memfd_create("agent", (unsigned int)number(params, "flags"));

	if (fd >= 0 && ftruncate(fd, (off_t)number(params, "length")) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	reply_result(fd);
}

static void do_eventfd(struct json params)
{
	reply_result(eventfd((unsigned int)number(params, "initial"), (int)number(params, "flags")));
}

static void do_set_limit(struct json params)
{
	int resource = json_is(json_get(params, "resource"), "memlock") ? RLIMIT_MEMLOCK : RLIMIT_NOFILE;
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return reply_result(-1);
	limit.rlim_cur = number(params, "limit");
	reply_result(setrlimit(resource, &limit));
}

static int capability(struct json name)
{
	static const struct {
		const char *name;
		int number;
	} known[] = {
		{ "IPC_LOCK", CAP_IPC_LOCK },	      { "SYS_RESOURCE", CAP_SYS_RESOURCE },
		{ "SYS_RAWIO", CAP_SYS_RAWIO },	      { "SYS_ADMIN", CAP_SYS_ADMIN },
		{ "DAC_OVERRIDE", CAP_DAC_OVERRIDE },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (json_is(name, known[i].name))
			return known[i].number;
	return -1;
}

static int drop_capabilities(struct json names)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	struct json name = { 0 };

	if (syscall(SYS_capget, &header, sets) < 0)
		return -1;
	while ((name = json_next(names, name)).text) {
		int bit = capability(name);
		uint32_t keep = ~CAP_TO_MASK(bit);

		if (bit < 0) {
			errno = EINVAL;
			return -1;
		}
		sets[CAP_TO_INDEX(bit)].permitted &= keep;
		sets[CAP_TO_INDEX(bit)].effective &= keep;
		sets[CAP_TO_INDEX(bit)].inheritable &= keep;
	}
	return (int)syscall(SYS_capset, &header, sets);
}

/* Tells the supervisor the child's pid, and gives it its end of the child's channel. */
static void hand_over(int fd, long pid)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char text[32];
	struct iovec part = { .iov_base = text };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	part.iov_len = (size_t)sprintf(text, "%ld\n", pid);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	if (sendmsg(channel, &message, 0) < 0)
		_exit(1);
}

/* Both ends above the fds of the scenario. */
static int make_channel(int pair[2])
{
	int i;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	for (i = 0; i < 2; i++) {
		int low = pair[i];

		pair[i] = fcntl(low, F_DUPFD_CLOEXEC, CHANNEL_FD + 1);
		close(low);
	}
	return pair[0] < 0 || pair[1] < 0 ? -1 : 0;
}

static void become_child(int pair[2], struct json drop)
{
	if (dup3(pair[1], channel, O_CLOEXEC) < 0 || drop_capabilities(drop) < 0)
		_exit(1);
	close(pair[0]);
	close(pair[1]);
	faults_open();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/*
 * fork(), but a child of the supervisor, which is then told of its end. The answer goes to the supervisor, not to the
 * client: the pid and the channel, or an errno.
 */
static void spawn(struct json params)
{
	struct rlimit limit, roomy;
	int pair[2] = { -1, -1 };
	long pid = -1;

	getrlimit(RLIMIT_NOFILE, &limit);
	roomy = (struct rlimit){ .rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &roomy);
	if (make_channel(pair) == 0)
		pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		become_child(pair, json_get(params, "drop"));
	else if (pid > 0)
		hand_over(pair[0], pid);
	else
		dprintf(channel, "%d\n", -errno);
	if (pid != 0) {
		close(pair[0]);
		close(pair[1]);
	}
	setrlimit(RLIMIT_NOFILE, &limit);
}

static const struct {
	const char *name;
	void (*run)(struct json params);
} methods[] = {
	{ "ioctl", do_ioctl },	   { "load", do_load },	      { "store", do_store },
	{ "open", do_open },	   { "close", do_close },     { "read", do_read },
	{ "write", do_write },	   { "pread", do_pread },     { "pwrite", do_pwrite },
	{ "poll", do_poll },	   { "mmap", do_mmap },	      { "munmap", do_munmap },
	{ "memfd", do_memfd },	   { "eventfd", do_eventfd }, { "set-limit", do_set_limit },
};

static void carry_out(struct json request)
{
	struct json id = json_get(request, "id"), method = json_get(request, "method");
	struct json params = json_get(request, "params");
	size_t i;

	if (json_is(method, "exit"))
		_exit(0);
	if (json_is(method, "spawn") || json_is(method, "new-process"))
		return spawn(params);
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!json_is(method, methods[i].name))
			continue;
		reply_start(id);
		faults_resume();
		methods[i].run(params);
		faults_suspend();
		return reply_send(channel);
	}
	reply_error(id, -32601, "there is no such method");
	reply_send(channel);
}

/* The supervisor sends a line only when the one before has been answered, so nothing follows a newline. */
void worker_main(int fd)
{
	size_t length = 0;

	channel = fd;
	memory_guard();
	faults_open();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		ssize_t received = read(channel, line + length, sizeof(line) - length);

		if (received <= 0 && errno != EINTR)
			_exit(0);
		length += received > 0 ? (size_t)received : 0;
		if (length > 0 && line[length - 1] == '\n') {
			carry_out(json_line(line, length));
			length = 0;
		}
	}
}
