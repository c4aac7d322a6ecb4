// SPDX-License-Identifier: Apache-2.0
/*
 * What calls cost a program of emulate, beside what they cannot cost less than: usage: emulated CDEV FILE. Writes a line
 * for each round, microseconds: an echo over a socket, a call that fails, a map and an unmap of a page; then what a map of
 * 1 GiB of a memfd costs, 4 KiB that the device reads and writes, and a call that another thread or program stands for.
 */
#define _GNU_SOURCE
#include "device.h"
#include "intercepted.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#define ROUNDS 40
#define OPERATIONS 100
#define MAPS_OF_FILE 5
#define COPIES 500
#define GIB (1ul << 30)
#define IOVA 0x100000
/* As long as a request and its answer. */
#define REQUEST 72
#define ANSWER 16
/* No command has that number. */
#define UNKNOWN 0x3bff

static int echo;
static struct device device;
static void *page;

static void start_echo(void)
{
	int ends[2];
	char bytes[REQUEST];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	if (fork() == 0) {
		close(ends[0]);
		while (recv(ends[1], bytes, REQUEST, MSG_WAITALL) == REQUEST)
			send(ends[1], bytes, ANSWER, MSG_NOSIGNAL);
		_exit(0);
	}
	close(ends[1]);
	echo = ends[0];
}

static void echo_once(void)
{
	char bytes[REQUEST] = { 0 };

	CHECK(send(echo, bytes, REQUEST, 0) == REQUEST && recv(echo, bytes, ANSWER, MSG_WAITALL) == ANSWER);
}

static void fail_once(void)
{
	CHECK(ioctl(device.iommu, UNKNOWN, NULL) == -1 && errno == ENOTTY);
}

static void map_once(void)
{
	CHECK(map(device.iommu, device.ioas, page, PAGE, IOVA) == 0);
	CHECK(unmap(device.iommu, device.ioas, IOVA, PAGE) == 0);
}

static double microseconds(void (*operation)(void), int times)
{
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 0; i < times; i++)
		operation();
	clock_gettime(CLOCK_MONOTONIC, &after);
	return ((after.tv_sec - before.tv_sec) * 1e6 + (after.tv_nsec - before.tv_nsec) / 1e3) / times;
}

static void *gibibyte;

static void map_file_once(void)
{
	CHECK(map(device.iommu, device.ioas, gibibyte, GIB, IOVA) == 0);
}

static void copy_once(void)
{
	copy_by_device(&device, IOVA, IOVA, PAGE);
}

static double cost_of_file(void)
{
	int fd = memfd_create("gibibyte", MFD_CLOEXEC);
	double cost = 0;

	CHECK(fd >= 0 && ftruncate(fd, GIB) == 0);
	gibibyte = mmap(NULL, GIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(gibibyte != MAP_FAILED);
	for (int i = 0; i < MAPS_OF_FILE; i++) {
		double once = microseconds(map_file_once, 1);

		cost = cost == 0 || once < cost ? once : cost;
		CHECK(unmap(device.iommu, device.ioas, IOVA, GIB) == 0);
	}
	CHECK(munmap(gibibyte, GIB) == 0 && close(fd) == 0);
	return cost;
}

int main(int argc, char **argv)
{
	FILE *result = argc > 2 ? fopen(argv[2], "w") : NULL;

	CHECK(result);
	start_echo();
	device = open_device(argv[1]);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	for (int round = 0; round < ROUNDS; round++)
		fprintf(result, "%f %f %f\n", microseconds(echo_once, OPERATIONS), microseconds(fail_once, OPERATIONS),
			microseconds(map_once, OPERATIONS));
	fprintf(result, "%f ", cost_of_file());
	CHECK(map(device.iommu, device.ioas, page, PAGE, IOVA) == 0);
	fprintf(result, "%f ", microseconds(copy_once, COPIES));
	fprintf(result, "%f %f\n", cost_of_notification(), cost_of_ptrace());
	return fclose(result) != 0;
}
