#!/usr/bin/env python3
"""iommufd: a mapping is bookkeeping until a device is attached. Errors come in the order in which Linux looks for them."""
import struct
from bisect import bisect_right, insort
from errno import (E2BIG, EADDRINUSE, EBUSY, EEXIST, EINVAL, EMSGSIZE, ENODEV, ENOENT, ENOSPC, ENOTTY, EOPNOTSUPP,
                   EOVERFLOW, EPERM)
from functools import partial

from machine import PAGE, PROT_READ, PROT_WRITE, Bench, Errno, Text, refuse, serve
from vfio_device import Device, PageTable, VfioBench

TOP = 2**64 - 1
HUGE_PAGE = 2**21
FIXED_IOVA, WRITEABLE, READABLE = 1, 2, 4
RLIMIT_MODE, HUGE_PAGES = 0, 1
OPTION_SET, OPTION_GET = 0, 1
VFIO_IOAS_GET, VFIO_IOAS_SET, VFIO_IOAS_CLEAR = 0, 1, 2
NO_CLEAR = 1


class Ioas:
    """Areas as sorted tuples (first IOVA, last IOVA, user address, writable, memory), never overlapping."""

    def __init__(self):
        self.areas = []
        self.allowed = []  # (first, last) of each window for maps without FIXED_IOVA; none: everywhere
        self.smallest = 1  # what the option for huge pages asks for
        self.tables = 0  # page tables of devices on it: while there is one, all that is mapped is pinned
        self.pages = {}  # what is pinned, by IOVA

    @property
    def alignment(self):
        return PAGE if self.tables else self.smallest

    def within(self, first, last):
        """The slice of the areas that the range touches."""
        low = bisect_right(self.areas, first, key=lambda area: area[0])
        low -= low > 0 and self.areas[low - 1][1] >= first
        return low, bisect_right(self.areas, last, key=lambda area: area[0])

    def place(self, flags, iova, length, address):
        """The IOVA of a new mapping: the one that was asked for, or the lowest that suits."""
        refuse(length % self.alignment, EINVAL)
        if not flags & FIXED_IOVA:
            return self.hole(length, address)
        refuse(iova % self.alignment, EINVAL)
        refuse(iova + length - 1 > TOP, EOVERFLOW)
        low, high = self.within(iova, iova + length - 1)
        refuse(low < high, EEXIST)
        return iova

    def hole(self, length, address):
        refuse(length >= 2**63 - 1, EOVERFLOW)
        alignment = min(1 << (length - 1).bit_length(), address & -address or HUGE_PAGE, HUGE_PAGE)
        refuse(alignment < self.alignment, EINVAL)
        for low, high in self.windows():
            start, end = max(low, PAGE), min(high, TOP - PAGE) + 1
            for first, last, *_ in [*self.areas, (end, TOP)]:
                iova = -(-start // alignment) * alignment | address % PAGE
                if iova + length <= min(first, end):
                    return iova
                start = max(start, last + 1)
        raise Errno(ENOSPC)

    def windows(self):
        """Where a hole may be, ascending; allowed ranges that touch are one."""
        merged = []
        for first, last in sorted(self.allowed) or [(0, TOP)]:
            if merged and merged[-1][1] + 1 == first:
                first = merged.pop()[0]
            merged.append((first, last))
        return merged

    def insert(self, iova, flags, parts):
        """One area for each part (length, user address, writable, memory), from this IOVA on."""
        for _, address, writable, _ in parts:
            refuse(flags & WRITEABLE and not writable, EPERM)
            refuse(address % self.alignment, EINVAL)
        areas = []
        for length, *source in parts:
            areas.append((iova, iova + length - 1, *source))
            iova += length
        if self.tables:
            self.pages.update(pinned(areas))
        for area in areas:
            insort(self.areas, area, key=lambda area: area[0])

    def add_table(self):
        if not self.tables:
            refuse(self.misaligned(PAGE), EADDRINUSE)
            self.pages = pinned(self.areas)
        self.tables += 1

    def remove_table(self):
        self.tables -= 1
        if not self.tables:
            self.pages = {}

    def misaligned(self, alignment):
        return any(first % alignment or (last + 1) % alignment or address % alignment
                   for first, last, address, *_ in self.areas)

    def covered(self, iova, length):
        """The source of a copy: (length, user address, writable, memory) of each area; ENOENT where a byte is not mapped."""
        refuse(length == 0, EINVAL)
        last = iova + length - 1
        refuse(last > TOP, EOVERFLOW)
        low, high = self.within(iova, last)
        parts, reached = [], iova
        for first, end, address, *source in self.areas[low:high]:
            refuse(first > reached, ENOENT)
            stop = min(end, last)
            parts.append((stop - reached + 1, address + reached - first, *source))
            reached = stop + 1
        refuse(reached <= last, ENOENT)
        return parts

    def unmap(self, iova, last):
        """Areas that are covered wholly go, in ascending order, up to the first that is cut."""
        low, high = self.within(iova, last)
        gone = 0
        while low < high:
            first, end, *_ = self.areas[low]
            refuse(first < iova or end > last, ENOENT)
            del self.areas[low]
            for page in range(first, end, PAGE) if self.pages else ():
                del self.pages[page]
            gone, high = gone + end - first + 1, high - 1
        return gone


def pinned(areas):
    """The pages behind these areas by IOVA, which stay what they are whatever the process does; EFAULT if one is missing."""
    pages = {}
    for first, last, address, writable, memory in areas:
        right = PROT_WRITE if writable else PROT_READ
        taken = memory.pieces(address, last - first + 1, right, own=True)
        pages.update((first + PAGE * index, page) for index, (page, _, _) in enumerate(taken))
    return pages


# Number: method, layout, fields.
COMMANDS = {
    0x80: ("destroy", "<II", "size id"),
    0x81: ("ioas_alloc", "<III", "size flags out_ioas_id"),
    0x82: ("allow_iovas", "<IIIIQ", "size ioas_id num_iovas reserved allowed_iovas"),
    0x83: ("ioas_copy", "<IIIIQQQ", "size flags dst_ioas_id src_ioas_id length dst_iova src_iova"),
    0x84: ("iova_ranges", "<IIIIQQ", "size ioas_id num_iovas reserved allowed_iovas out_iova_alignment"),
    0x85: ("ioas_map", "<IIIIQQQ", "size flags ioas_id reserved user_va length iova"),
    0x86: ("ioas_unmap", "<IIQQ", "size ioas_id iova length"),
    0x87: ("option", "<IIHHIQ", "size option_id op reserved object_id val64"),
    0x88: ("vfio_ioas", "<IIHH", "size ioas_id op reserved"),
    0x8A: ("hw_info", "<IIIIQIIQ", "size flags dev_id data_len data_uptr out_data_type reserved out_capabilities"),
    0x8C: ("dirty_bitmap", "<IIIIQQQQ", "size hwpt_id flags reserved iova length page_size data"),
}


class Iommufd:
    """What one open of /dev/iommu is."""

    def __init__(self):
        self.objects = {}
        self.rlimit_mode = 0
        self.compat = 0  # the id of the IOAS that VFIO's own ioctls use

    def ioas(self, number):
        refuse(not isinstance(self.objects.get(number), Ioas), ENOENT)
        return self.objects[number]

    def add(self, thing):
        """The id of a new object: the lowest that is free."""
        number = next(n for n in range(1, len(self.objects) + 2) if n not in self.objects)
        self.objects[number] = thing
        return number

    def ioctl(self, process, request, pointer):
        refuse(request & 0xFF not in COMMANDS, ENOTTY)
        memory, (name, layout, fields) = process.memory, COMMANDS[request & 0xFF]
        (size,) = struct.unpack("<I", memory.load(pointer, 4))
        refuse(request != 0x3B00 | request & 0xFF, ENOTTY)
        known = struct.calcsize(layout)
        refuse(size < known, EINVAL)
        for page, at, length in memory.pieces(pointer + known, size - known, PROT_READ):
            refuse(any(page[at:at + length]), E2BIG)
        cmd = dict(zip(fields.split(), struct.unpack(layout, memory.load(pointer, known))))
        before, failure = dict(self.objects), 0
        try:
            if getattr(self, name)(cmd, memory) == "nothing to write back":
                return 0
        except Errno as error:
            failure = error.args[0]
        if failure in (0, EMSGSIZE):
            try:
                memory.store(pointer, struct.pack(layout, *cmd.values()))
            except Errno:
                self.objects = before  # What was made is gone again; what was mapped or unmapped stays so.
                raise
        return -failure

    def destroy(self, cmd, _memory):
        refuse(cmd["id"] not in self.objects, ENOENT)
        refuse(not isinstance(self.objects[cmd["id"]], Ioas) or self.objects[cmd["id"]].tables, EBUSY)
        del self.objects[cmd["id"]]
        self.compat = 0 if self.compat == cmd["id"] else self.compat
        return "nothing to write back"

    def ioas_alloc(self, cmd, _memory):
        refuse(cmd["flags"], EOPNOTSUPP)
        cmd["out_ioas_id"] = self.add(Ioas())

    def iova_ranges(self, cmd, memory):
        refuse(cmd["reserved"], EOPNOTSUPP)
        ioas, capacity = self.ioas(cmd["ioas_id"]), cmd["num_iovas"]
        cmd["num_iovas"], cmd["out_iova_alignment"] = 1, ioas.alignment
        if capacity > 0:
            memory.store(cmd["allowed_iovas"], struct.pack("<QQ", 0, TOP))
        refuse(capacity < 1, EMSGSIZE)

    def allow_iovas(self, cmd, memory):
        refuse(cmd["reserved"], EOPNOTSUPP)
        ioas, allowed = self.ioas(cmd["ioas_id"]), []
        for index in range(cmd["num_iovas"]):
            start, last = struct.unpack("<QQ", memory.load(cmd["allowed_iovas"] + 16 * index, 16))
            refuse(start >= last or any(start <= high and low <= last for low, high in allowed), EINVAL)
            allowed.append((start, last))
        ioas.allowed = allowed
        return "nothing to write back"

    def ioas_map(self, cmd, memory):
        flags, length, address = cmd["flags"], cmd["length"], cmd["user_va"]
        refuse(flags & ~(FIXED_IOVA | WRITEABLE | READABLE) or cmd["reserved"], EOPNOTSUPP)
        refuse(TOP in (cmd["iova"], length), EOVERFLOW)
        refuse(not flags & (WRITEABLE | READABLE), EINVAL)
        ioas = self.ioas(cmd["ioas_id"])
        refuse(length == 0 or length > TOP - PAGE, EINVAL)
        refuse(address + length > TOP, EOVERFLOW)
        iova = ioas.place(flags, cmd["iova"], length, address)
        ioas.insert(iova, flags, [(length, address, bool(flags & WRITEABLE), memory)])
        cmd["iova"] = iova

    def ioas_copy(self, cmd, _memory):
        flags, length = cmd["flags"], cmd["length"]
        refuse(flags & ~(FIXED_IOVA | WRITEABLE | READABLE), EOPNOTSUPP)
        refuse(TOP in (length, cmd["dst_iova"], cmd["src_iova"]), EOVERFLOW)
        refuse(not flags & (WRITEABLE | READABLE), EINVAL)
        parts = self.ioas(cmd["src_ioas_id"]).covered(cmd["src_iova"], length)
        target = self.ioas(cmd["dst_ioas_id"])
        iova = target.place(flags, cmd["dst_iova"], length, parts[0][1])
        target.insert(iova, flags, parts)
        cmd["dst_iova"] = iova

    def ioas_unmap(self, cmd, _memory):
        ioas, iova, length = self.ioas(cmd["ioas_id"]), cmd["iova"], cmd["length"]
        everything = iova == 0 and length == TOP
        refuse(not everything and TOP in (iova, length), EOVERFLOW)
        refuse(length == 0, EINVAL)
        last = TOP if everything else iova + length - 1
        refuse(last > TOP, EOVERFLOW)
        cmd["length"] = ioas.unmap(iova, last)
        refuse(cmd["length"] == 0 and not everything, ENOENT)

    def option(self, cmd, _memory):
        refuse(cmd["reserved"] or cmd["option_id"] not in (RLIMIT_MODE, HUGE_PAGES), EOPNOTSUPP)
        mode = cmd["option_id"] == RLIMIT_MODE
        refuse(mode and cmd["object_id"], EOPNOTSUPP)
        ioas = None if mode else self.ioas(cmd["object_id"])
        refuse(cmd["op"] not in (OPTION_SET, OPTION_GET), EOPNOTSUPP)
        if cmd["op"] == OPTION_GET:
            cmd["val64"] = self.rlimit_mode if mode else int(ioas.smallest == 1)
            return
        refuse(mode and self.objects, EBUSY)
        refuse(cmd["val64"] not in (0, 1), EINVAL)
        if mode:
            self.rlimit_mode = cmd["val64"]
            return
        alignment = 1 if cmd["val64"] else PAGE
        refuse(alignment > ioas.smallest and ioas.tables and ioas.areas, EINVAL)
        refuse(ioas.misaligned(alignment), EADDRINUSE)
        ioas.smallest = alignment

    def hw_info(self, cmd, memory):
        """The IOMMU has no type, and nothing to tell: the buffer of the caller is zeroed."""
        refuse(cmd["flags"] or cmd["reserved"], EOPNOTSUPP)
        refuse(not isinstance(self.objects.get(cmd["dev_id"]), Device), ENOENT)
        memory.store(cmd["data_uptr"], bytes(cmd["data_len"]))
        cmd["data_len"] = cmd["out_data_type"] = cmd["out_capabilities"] = 0

    def dirty_bitmap(self, cmd, _memory):
        """No page table marks what is written through it."""
        refuse(cmd["flags"] & ~NO_CLEAR or cmd["reserved"], EOPNOTSUPP)
        refuse(not isinstance(self.objects.get(cmd["hwpt_id"]), PageTable), ENOENT)
        end, unit = cmd["iova"] + cmd["length"], cmd["page_size"]
        refuse(cmd["length"] == 0, EINVAL)
        refuse(end - 1 > TOP, EOVERFLOW)
        refuse((cmd["iova"] | end) % PAGE or unit == 0 or (cmd["iova"] | end) & unit - 1, EINVAL)
        raise Errno(EOPNOTSUPP)

    def vfio_ioas(self, cmd, _memory):
        refuse(cmd["reserved"] or cmd["op"] not in (VFIO_IOAS_GET, VFIO_IOAS_SET, VFIO_IOAS_CLEAR), EOPNOTSUPP)
        if cmd["op"] == VFIO_IOAS_GET:
            refuse(not self.compat, ENODEV)
            cmd["ioas_id"] = self.compat
            return None
        if cmd["op"] == VFIO_IOAS_SET:
            self.ioas(cmd["ioas_id"])
        self.compat = cmd["ioas_id"] if cmd["op"] == VFIO_IOAS_SET else 0
        return "nothing to write back"


PATHS = {
    "/dev/iommu": Iommufd,
    "/sys/class/misc/iommu/uevent": partial(Text, b"MAJOR=10\nMINOR=126\nDEVNAME=iommu\nDEVMODE=0660\n"),
}

if __name__ == "__main__":
    serve({"name": "iommufd in Python", "kernel": "6.12.0"}, [Bench(PATHS), VfioBench(PATHS)])
