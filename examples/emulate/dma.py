#!/usr/bin/env python3
"""A device copies memory of this program. Usage: dma.py ADDRESS, of an edu that vfio-pci has; dma.c says more."""

import ctypes
import fcntl
import mmap
import os
import struct
import sys

IOMMU_IOAS_ALLOC = 0x3B81
IOMMU_IOAS_MAP = 0x3B85
FIXED_IOVA_WRITEABLE_READABLE = 7
VFIO_DEVICE_GET_REGION_INFO = 0x3B6C
VFIO_DEVICE_BIND_IOMMUFD = 0x3B76
VFIO_DEVICE_ATTACH_IOMMUFD_PT = 0x3B77
BAR0, CONFIG = 0, 7

COMMAND, MEMORY_AND_MASTER = 4, 6
SOURCE, DESTINATION, COUNT, RUN, BUFFER = 0x80, 0x88, 0x90, 0x98, 0x40000
TO_DEVICE, FROM_DEVICE = 1, 3

PAGE = 4096
IOVA = 0x100000


def call(fd, command, layout, *fields):
    """Fills the struct behind its size, and returns all of it as the kernel left it."""
    command_struct = bytearray(struct.pack(layout, struct.calcsize(layout), *fields))
    fcntl.ioctl(fd, command, command_struct)
    return struct.unpack(layout, command_struct)


def region_offset(device, index):
    return call(device, VFIO_DEVICE_GET_REGION_INFO, "IIIIQQ", 0, index, 0, 0, 0)[5]


def transfer(device, bar, source, destination, command):
    for register, value in ((SOURCE, source), (DESTINATION, destination), (COUNT, PAGE), (RUN, command)):
        os.pwrite(device, struct.pack("Q", value), bar + register)
    while os.pread(device, 8, bar + RUN)[0] & 1:
        pass


def main(address="0000:00:10.0"):
    (name,) = os.listdir(f"/sys/bus/pci/devices/{address}/vfio-dev")
    device = os.open(f"/dev/vfio/devices/{name}", os.O_RDWR)
    iommu = os.open("/dev/iommu", os.O_RDWR)
    call(device, VFIO_DEVICE_BIND_IOMMUFD, "IIiI", 0, iommu, 0)
    ioas = call(iommu, IOMMU_IOAS_ALLOC, "III", 0, 0)[2]
    call(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, "III", 0, ioas)
    pages = mmap.mmap(-1, 2 * PAGE)
    here = ctypes.addressof(ctypes.c_char.from_buffer(pages))
    call(iommu, IOMMU_IOAS_MAP, "IIIIQQQ", FIXED_IOVA_WRITEABLE_READABLE, ioas, 0, here, 2 * PAGE, IOVA)
    os.pwrite(device, struct.pack("H", MEMORY_AND_MASTER), region_offset(device, CONFIG) + COMMAND)
    pages[:21] = b"as the device read it"
    bar = region_offset(device, BAR0)
    transfer(device, bar, IOVA, BUFFER, TO_DEVICE)
    transfer(device, bar, BUFFER, IOVA + PAGE, FROM_DEVICE)
    print(pages[PAGE : PAGE + 21].decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
