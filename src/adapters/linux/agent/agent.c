// SPDX-License-Identifier: Apache-2.0
/* The supervisor: answers what is not about a process, and forwards the rest to workers. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PROTOCOL_VERSION 2

static bool is_init;

static void finish(void)
{
	struct process *process;

	if (is_init)
		init_power_off();
	for (process = living; process; process = process->next)
		kill(process->pid, SIGKILL);
	exit(0);
}

static void hello(void)
{
	reply_text("{\"protocol\":%d,\"name\":\"linux\",\"settings\":{},\"machines\":[]}", PROTOCOL_VERSION);
}

/* `kernel` is the release without what a distribution adds: 6.12.117 of 6.12.117-amd64. */
static void start(void)
{
	struct utsname name;

	uname(&name);
	reply_text("{\"name\":\"linux\",\"version\":\"%s\",\"kernel\":\"%.*s\",\"architecture\":\"%s\",\"pageSize\":%ld}",
		   name.release, (int)strspn(name.release, "0123456789."), name.release, name.machine,
		   sysconf(_SC_PAGESIZE));
}

/* Returns false for a method that belongs to a process. */
static bool answer_myself(const struct request *request)
{
	struct json method = member_of(request, "method");
	bool is_stop = json_is(method, "stop");

	if (!is_stop && !json_is(method, "hello") && !json_is(method, "start"))
		return false;
	reply_start(member_of(request, "id"));
	if (is_stop)
		reply_text("null");
	else if (json_is(method, "hello"))
		hello();
	else
		start();
	reply_send(output);
	if (is_stop)
		finish();
	return true;
}

static struct request *new_request(const char *line, size_t length)
{
	struct request *request = must_have(malloc(sizeof(*request) + length));

	request->length = length;
	memcpy(request->line, line, length);
	return request;
}

/* `new-process` goes to process 0, which takes it for a spawn, and to which nothing else goes. */
static void dispatch(const char *line, size_t length)
{
	struct request *request = new_request(line, length);
	bool is_new = json_is(member_of(request, "method"), "new-process");
	uint64_t number = json_number(json_get(member_of(request, "params"), "process"));
	struct process *process = is_new || number ? find_living(is_new ? 0 : number) : NULL;

	if (answer_myself(request))
		return free(request);
	if (process)
		return enqueue(process, request);
	refuse(request, why_missing(number));
	free(request);
}

/* Reads what there is and dispatches the whole lines in it. */
static void read_requests(int input)
{
	static char *text;
	static size_t length, size;
	char *newline, *rest;
	ssize_t received;

	if (size - length < 65536) {
		size = size ? 2 * size : 1 << 20;
		text = must_have(realloc(text, size));
	}
	received = read(input, text + length, size - length);
	if (received < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (received <= 0 || length > LINE_LIMIT)
		finish();
	rest = text;
	newline = memchr(text + length, '\n', (size_t)received);
	length += (size_t)received;
	while (newline) {
		dispatch(rest, (size_t)(newline + 1 - rest));
		rest = newline + 1;
		newline = memchr(rest, '\n', length - (size_t)(rest - text));
	}
	length -= (size_t)(rest - text);
	memmove(text, rest, length);
}

static void serve(int input)
{
	static struct pollfd fds[PROCESS_LIMIT + 1];
	struct process *process;
	sigset_t none;
	int i, count;

	sigemptyset(&none);
	for (;;) {
		count = 0;
		fds[count++] = (struct pollfd){ .fd = input, .events = POLLIN };
		for (process = living; process; process = process->next)
			fds[count++] = (struct pollfd){ .fd = process->channel, .events = POLLIN };
		ppoll(fds, (nfds_t)count, NULL, &none);
		for (i = 1, process = living; i < count; i++, process = process->next)
			if (fds[i].revents & POLLIN)
				relay(process);
		reap();
		if (fds[0].revents)
			read_requests(input);
	}
}

static void on_child(int signal)
{
	(void)signal;
}

/* SIGCHLD interrupts ppoll() and nothing else. */
static void prepare_signals(void)
{
	struct sigaction action = { .sa_handler = on_child };
	sigset_t child;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
}

static void run_pristine(int channel)
{
	sigset_t all;
	int i, null = open("/dev/null", O_RDWR);

	dup3(channel, CHANNEL_FD, O_CLOEXEC);
	for (i = 0; i < 3; i++)
		dup2(null, i);
	close_range(3, CHANNEL_FD - 1, 0);
	close_range(CHANNEL_FD + 1, ~0u, 0);
	signal(SIGCHLD, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	worker_main(CHANNEL_FD);
}

static void start_pristine(void)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || (pid = fork()) < 0) {
		perror("agent: cannot start");
		exit(1);
	}
	if (pid == 0)
		run_pristine(pair[1]);
	close(pair[1]);
	add_process(pid, pair[0]);
}

/* The kernel may hand words of its command line to its first process: they mean nothing. */
int main(int argc, char **argv)
{
	int input = STDIN_FILENO;

	is_init = getpid() == 1;
	output = STDOUT_FILENO;
	if (is_init) {
		init_machine();
		input = output = init_port();
	} else if (argc > 2 && strcmp(argv[1], "bound") == 0) {
		run_bound_to_parent(argv + 2);
	}
	prepare_signals();
	start_pristine();
	serve(input);
}
