// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "intercepted.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS 2000
/* A call that is cheap, and that nothing else here makes. */
#define CALL SYS_getppid

static double cost_of_calls(void)
{
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 0; i < CALLS; i++)
		syscall(CALL);
	clock_gettime(CLOCK_MONOTONIC, &after);
	return ((after.tv_sec - before.tv_sec) * 1e6 + (after.tv_nsec - before.tv_nsec) / 1e3) / CALLS;
}

static int listener;
static sem_t has_listener;

/* The filter is this thread's: the other one answers. */
static void *call_with_filter(void *cost)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	sem_post(&has_listener);
	if (listener >= 0)
		*(double *)cost = cost_of_calls();
	return NULL;
}

double cost_of_notification(void)
{
	double cost = -1;
	pthread_t thread;

	sem_init(&has_listener, 0, 0);
	if (pthread_create(&thread, NULL, call_with_filter, &cost) != 0)
		return -1;
	sem_wait(&has_listener);
	for (int i = 0; listener >= 0 && i < CALLS; i++) {
		struct seccomp_notif asked = { 0 };
		struct seccomp_notif_resp answer = { 0 };

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0)
			break;
		answer.id = asked.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
	pthread_join(thread, NULL);
	if (listener >= 0)
		close(listener);
	return cost;
}

/* Stopped before each call and behind it, as whoever stands for a call has to look at it and to change its result. */
static void follow(pid_t child)
{
	struct user_regs_struct registers;
	int status;

	while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		ptrace(PTRACE_GETREGS, child, NULL, &registers);
		if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) < 0)
			break;
	}
}

double cost_of_ptrace(void)
{
	double *cost = mmap(NULL, sizeof(*cost), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), result;
	pid_t child;

	if (cost == MAP_FAILED)
		return -1;
	*cost = -1;
	child = fork();
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(1);
		raise(SIGSTOP);
		*cost = cost_of_calls();
		_exit(0);
	}
	follow(child);
	result = *cost;
	munmap(cost, sizeof(*cost));
	return result;
}
