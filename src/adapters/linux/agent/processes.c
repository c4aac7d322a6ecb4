// SPDX-License-Identifier: Apache-2.0
/* The supervisor's side of the workers: one request at a time for each, answers relayed as they come. */
#define _GNU_SOURCE
#include "agent.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct process *living;
int living_count;
int output;

static struct process *dead;
static int last_number = -1;

void *must_have(void *memory)
{
	if (!memory)
		exit(1);
	return memory;
}

int add_process(pid_t pid, int channel)
{
	struct process *process = must_have(calloc(1, sizeof(*process)));
	struct process **end = &living;

	process->number = ++last_number;
	process->pid = pid;
	process->channel = channel;
	while (*end)
		end = &(*end)->next;
	*end = process;
	living_count++;
	return process->number;
}

struct process *find_living(uint64_t number)
{
	struct process *process = living;

	while (process && (uint64_t)process->number != number)
		process = process->next;
	return process;
}

const char *why_missing(uint64_t number)
{
	struct process *process = dead;

	while (process && (uint64_t)process->number != number)
		process = process->next;
	return process ? process->end : "there is no such process";
}

struct json member_of(const struct request *request, const char *key)
{
	return json_get(json_line(request->line, request->length), key);
}

void refuse(const struct request *request, const char *why)
{
	reply_error(member_of(request, "id"), -32000, "%s", why);
	reply_send(output);
}

static void forward(struct process *process)
{
	if (process->first)
		write_fully(process->channel, process->first->line, process->first->length);
}

void enqueue(struct process *process, struct request *request)
{
	request->next = NULL;
	if (process->first) {
		process->last->next = request;
		process->last = request;
		return;
	}
	process->first = process->last = request;
	forward(process);
}

static void dequeue(struct process *process)
{
	struct request *done = process->first;

	process->first = done->next;
	free(done);
}

/* The worker forked: `line` has the pid of the child, or an errno. */
static void answer_spawn(const struct request *request, const char *line, int channel)
{
	long pid = strtol(line, NULL, 10);

	if (pid < 0)
		return refuse(request, strerror((int)-pid));
	if (living_count == PROCESS_LIMIT) {
		/* It ends when nobody holds the other end of its channel. */
		close(channel);
		return refuse(request, "too many processes");
	}
	reply_start(member_of(request, "id"));
	reply_text("%d", add_process((pid_t)pid, channel));
	reply_send(output);
}

static bool is_spawn(const struct request *request)
{
	struct json method = member_of(request, "method");

	return json_is(method, "spawn") || json_is(method, "new-process");
}

/* One read from the channel of a worker, and the fd that came with it. */
static ssize_t receive(struct process *process, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {
		.iov_base = process->answer + process->length,
		.iov_len = process->size - process->length,
	};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t received = recvmsg(process->channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = received > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), sizeof(int));
	return received;
}

/* Returns false if there is nothing to read now, or ever. */
bool relay(struct process *process)
{
	int fd = -1;
	ssize_t received;

	if (process->size - process->length < 65536) {
		process->size += 65536;
		process->answer = must_have(realloc(process->answer, process->size));
	}
	received = receive(process, &fd);
	if (received <= 0)
		return false;
	process->length += (size_t)received;
	if (process->answer[process->length - 1] != '\n')
		return true;
	process->answer[process->length - 1] = 0;
	if (is_spawn(process->first)) {
		answer_spawn(process->first, process->answer, fd);
	} else {
		process->answer[process->length - 1] = '\n';
		write_fully(output, process->answer, process->length);
	}
	process->length = 0;
	dequeue(process);
	forward(process);
	return true;
}

static void say_why(struct process *process, int status, bool asked)
{
	int number = process->number;

	if (asked)
		snprintf(process->end, sizeof(process->end), "process %d has exited", number);
	else if (WIFSIGNALED(status))
		snprintf(process->end, sizeof(process->end), "process %d died: signal %d", number,
			 WTERMSIG(status));
	else
		snprintf(process->end, sizeof(process->end), "process %d died: exit code %d", number,
			 WEXITSTATUS(status));
}

/* Answers what is open. */
static void bury(struct process *process, int status)
{
	bool asked;

	while (relay(process))
		;
	asked = process->first && json_is(member_of(process->first, "method"), "exit");
	say_why(process, status, asked);
	if (asked) {
		reply_start(member_of(process->first, "id"));
		reply_text("null");
		reply_send(output);
		dequeue(process);
	}
	for (; process->first; dequeue(process))
		refuse(process->first, process->end);
	close(process->channel);
	free(process->answer);
	process->next = dead;
	dead = process;
}

void reap(void)
{
	struct process **at = &living;
	int status;

	while (*at) {
		struct process *process = *at;

		if (waitpid(process->pid, &status, WNOHANG) > 0) {
			*at = process->next;
			living_count--;
			bury(process, status);
		} else {
			at = &process->next;
		}
	}
}
