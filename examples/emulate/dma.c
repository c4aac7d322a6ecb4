// SPDX-License-Identifier: Apache-2.0
/*
 * A device copies memory of this program: bind it to an iommufd, give it an address space, map two pages, and tell it to
 * read the first and write the second. Usage: dma ADDRESS, of an edu that vfio-pci has: 0000:00:10.0.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* include/uapi/linux/iommufd.h and vfio.h; those of the C library may be older. */
#define IOMMU_IOAS_ALLOC 0x3b81
#define IOMMU_IOAS_MAP 0x3b85
#define MAP_FIXED_IOVA 1
#define MAP_WRITEABLE 2
#define MAP_READABLE 4
#define VFIO_DEVICE_GET_REGION_INFO 0x3b6c
#define VFIO_DEVICE_BIND_IOMMUFD 0x3b76
#define VFIO_DEVICE_ATTACH_IOMMUFD_PT 0x3b77
#define BAR0 0
#define CONFIG 7

/* PCI: the command register, and what lets a device answer and read memory. */
#define COMMAND 4
#define MEMORY_AND_MASTER 6

/* edu: from where, to where, how much, and go. Its buffer is at 0x40000. */
enum { SOURCE = 0x80, DESTINATION = 0x88, COUNT = 0x90, RUN = 0x98, BUFFER = 0x40000 };
enum { TO_DEVICE = 1, FROM_DEVICE = 3 };

#define PAGE 4096
#define IOVA 0x100000

static void demand(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(1);
}

/* /dev/vfio/devices/vfio1, as sysfs says. */
static int open_device(const char *address)
{
	char path[512];
	struct dirent *entry;
	DIR *folder;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", address);
	folder = opendir(path);
	demand(folder != NULL, path);
	do {
		entry = readdir(folder);
		demand(entry != NULL, path);
	} while (entry->d_name[0] == '.');
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
	closedir(folder);
	fd = open(path, O_RDWR);
	demand(fd >= 0, path);
	return fd;
}

static uint64_t region_offset(int device, uint32_t index)
{
	struct {
		uint32_t argsz, flags, index, cap_offset;
		uint64_t size, offset;
	} info = { .argsz = sizeof(info), .index = index };

	demand(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) == 0, "VFIO_DEVICE_GET_REGION_INFO");
	return info.offset;
}

static void transfer(volatile uint8_t *registers, uint64_t from, uint64_t to, uint64_t command)
{
	*(volatile uint64_t *)(registers + SOURCE) = from;
	*(volatile uint64_t *)(registers + DESTINATION) = to;
	*(volatile uint64_t *)(registers + COUNT) = PAGE;
	*(volatile uint64_t *)(registers + RUN) = command;
	while (*(volatile uint64_t *)(registers + RUN) & 1)
		;
}

int main(int argc, char **argv)
{
	int device = open_device(argc > 1 ? argv[1] : "0000:00:10.0"), iommu = open("/dev/iommu", O_RDWR);
	struct {
		uint32_t argsz, flags;
		int32_t iommufd;
		uint32_t out_devid;
	} bind = { sizeof(bind), 0, iommu, 0 };
	struct {
		uint32_t size, flags, out_ioas_id;
	} alloc = { sizeof(alloc), 0, 0 };
	struct {
		uint32_t argsz, flags, pt_id;
	} attach = { sizeof(attach), 0, 0 };
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct {
		uint32_t size, flags, ioas_id, reserved;
		uint64_t user_va, length, iova;
	} map = { sizeof(map), MAP_FIXED_IOVA | MAP_WRITEABLE | MAP_READABLE, 0, 0, (uintptr_t)pages, 2 * PAGE, IOVA };
	uint16_t command = MEMORY_AND_MASTER;
	volatile uint8_t *registers;

	demand(iommu >= 0, "/dev/iommu");
	demand(ioctl(device, VFIO_DEVICE_BIND_IOMMUFD, &bind) == 0, "VFIO_DEVICE_BIND_IOMMUFD");
	demand(ioctl(iommu, IOMMU_IOAS_ALLOC, &alloc) == 0, "IOMMU_IOAS_ALLOC");
	attach.pt_id = map.ioas_id = alloc.out_ioas_id;
	demand(ioctl(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach) == 0, "VFIO_DEVICE_ATTACH_IOMMUFD_PT");
	demand(pages != MAP_FAILED, "memory");
	demand(ioctl(iommu, IOMMU_IOAS_MAP, &map) == 0, "IOMMU_IOAS_MAP");
	demand(pwrite(device, &command, 2, region_offset(device, CONFIG) + COMMAND) == 2, "command register");
	registers = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED, device, region_offset(device, BAR0));
	demand(registers != MAP_FAILED, "registers");
	strcpy(pages, "as the device read it");
	transfer(registers, IOVA, BUFFER, TO_DEVICE);
	transfer(registers, BUFFER, IOVA + PAGE, FROM_DEVICE);
	puts(pages + PAGE);
	return 0;
}
