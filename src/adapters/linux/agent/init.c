// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"

static void mount_at(const char *type, const char *path)
{
	mkdir(path, 0755);
	if (mount(type, path, type, 0, NULL) < 0 && errno != EBUSY && errno != ENODEV)
		printf("agent: cannot mount %s: %s\n", path, strerror(errno));
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		printf("agent: cannot write %s: %s\n", path, strerror(errno));
	close(fd);
}

/* What the kernel command line says as AGENT_...=value comes as environment. */
static void obey(const char *variable, const char *path)
{
	const char *value = getenv(variable);

	if (value)
		write_file(path, value);
}

/* For the first process of a machine, where no one else has done it. */
void init_machine(void)
{
	struct rlimit unlimited = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };

	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("devtmpfs", "/dev");
	mount_at("tmpfs", "/tmp");
	mount_at("tmpfs", "/dev/shm");
	mount_at("hugetlbfs", "/dev/hugepages");
	mount_at("debugfs", "/sys/kernel/debug");
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	obey("AGENT_HUGE_PAGES", "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
}

/* Port numbers are given out in the order of the devices; a name is surer. */
static int find_port(char *path, size_t size)
{
	DIR *ports = opendir(PORTS);
	struct dirent *entry;
	int found = -1;

	while (ports && found < 0 && (entry = readdir(ports))) {
		char name[64] = { 0 };
		int fd;

		snprintf(path, size, PORTS "/%s/name", entry->d_name);
		fd = open(path, O_RDONLY);
		if (fd >= 0 && read(fd, name, sizeof(name) - 1) > 0 && strncmp(name, "agent", 5) == 0) {
			snprintf(path, size, "/dev/%s", entry->d_name);
			found = 0;
		}
		close(fd);
	}
	if (ports)
		closedir(ports);
	return found;
}

/* A terminal that passes every byte on as it is. What came before is lost or was changed: an empty line tells when. */
static int open_serial(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios settings;

	if (fd < 0 || tcgetattr(fd, &settings) < 0) {
		printf("agent: cannot open %s: %s\n", path, strerror(errno));
		init_power_off();
	}
	cfmakeraw(&settings);
	tcsetattr(fd, TCSAFLUSH, &settings);
	if (write(fd, "\n", 1) != 1)
		init_power_off();
	return fd;
}

/*
 * The virtio-serial port named "agent", which appears some time after the start, or the serial port that the kernel
 * command line names.
 */
int init_port(void)
{
	char path[300];
	int tries, fd;

	if (getenv("AGENT_PORT"))
		return open_serial(getenv("AGENT_PORT"));
	for (tries = 0; tries < 1000; tries++) {
		if (find_port(path, sizeof(path)) == 0) {
			fd = open(path, O_RDWR | O_CLOEXEC);
			if (fd >= 0)
				return fd;
		}
		usleep(10000);
	}
	printf("agent: no virtio-serial port is named \"agent\"\n");
	init_power_off();
}

void init_power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	exit(1);
}

/* Runs a program that the kernel kills when our parent dies, however it dies. */
void run_bound_to_parent(char **argv)
{
	pid_t parent = getppid();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	execvp(argv[0], argv);
	fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}
