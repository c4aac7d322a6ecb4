#!/usr/bin/env python3
"""A small part of iommufd: DESTROY, IOAS_ALLOC, IOAS_IOVA_RANGES, IOAS_MAP, IOAS_COPY and IOAS_UNMAP.

No device can be attached, so a mapping is only bookkeeping.
"""
import struct
from bisect import bisect_right, insort
from errno import E2BIG, EEXIST, EINVAL, EMSGSIZE, ENOENT, ENOSPC, ENOTTY, EOPNOTSUPP, EOVERFLOW, EPERM

from machine import PAGE, PROT_READ, Errno, refuse, serve

TOP = 2**64 - 1
FIXED_IOVA, WRITEABLE, READABLE = 1, 2, 4


class Ioas:
    """Areas as sorted tuples (first IOVA, last IOVA, user address, writable), never overlapping."""

    def __init__(self):
        self.areas = []

    def within(self, first, last):
        """The slice of the areas that the range touches."""
        low = bisect_right(self.areas, first, key=lambda area: area[0])
        low -= low > 0 and self.areas[low - 1][1] >= first
        return low, bisect_right(self.areas, last, key=lambda area: area[0])

    def place(self, flags, iova, length, address):
        """The IOVA of a new mapping: the one that was asked for, or the lowest that suits."""
        if not flags & FIXED_IOVA:
            return self.hole(length, address)
        refuse(iova + length - 1 > TOP, EOVERFLOW)
        low, high = self.within(iova, iova + length - 1)
        refuse(low < high, EEXIST)
        return iova

    def hole(self, length, address):
        refuse(length >= 2**63 - 1, EOVERFLOW)
        alignment = min(1 << (length - 1).bit_length(), address & -address or PAGE, PAGE)
        start = PAGE
        for first, last, _, _ in [*self.areas, (TOP - PAGE + 1, TOP, 0, False)]:
            iova = -(-start // alignment) * alignment | address % PAGE
            if iova + length <= first:
                return iova
            start = max(start, last + 1)
        raise Errno(ENOSPC)

    def insert(self, iova, length, address, writable):
        insort(self.areas, (iova, iova + length - 1, address, writable), key=lambda area: area[0])

    def covered(self, iova, length):
        """The source of a copy: (length, user address, writable) of each area; ENOENT where one byte is not mapped."""
        refuse(length == 0, EINVAL)
        last = iova + length - 1
        refuse(last > TOP, EOVERFLOW)
        low, high = self.within(iova, last)
        parts, reached = [], iova
        for first, end, address, writable in self.areas[low:high]:
            refuse(first > reached, ENOENT)
            stop = min(end, last)
            parts.append((stop - reached + 1, address + reached - first, writable))
            reached = stop + 1
        refuse(reached <= last, ENOENT)
        return parts

    def unmap(self, iova, last):
        """Areas that are covered wholly go, in ascending order, up to the first that is cut."""
        low, high = self.within(iova, last)
        gone = 0
        while low < high:
            first, end, _, _ = self.areas[low]
            refuse(first < iova or end > last, ENOENT)
            del self.areas[low]
            gone, high = gone + end - first + 1, high - 1
        return gone


class Iommufd:
    """What one open of /dev/iommu is."""

    def __init__(self):
        self.objects = {}

    def ioas(self, number):
        refuse(number not in self.objects, ENOENT)
        return self.objects[number]

    def ioctl(self, memory, request, pointer):
        refuse(request & 0xFF not in COMMANDS, ENOTTY)
        name, layout, fields, answers = COMMANDS[request & 0xFF]
        (size,) = struct.unpack("<I", memory.load(pointer, 4))
        refuse(request != 0x3B00 | request & 0xFF, ENOTTY)
        known = struct.calcsize(layout)
        refuse(size < known, EINVAL)
        for page, at, length in memory.pieces(pointer + known, size - known, PROT_READ):
            refuse(any(page[at:at + length]), E2BIG)
        cmd = dict(zip(fields.split(), struct.unpack(layout, memory.load(pointer, known))))
        before, failure = dict(self.objects), 0
        try:
            getattr(self, name)(cmd, memory)
        except Errno as error:
            failure = error.args[0]
        if failure in answers:
            try:
                memory.store(pointer, struct.pack(layout, *cmd.values()))
            except Errno:
                self.objects = before  # What was made is gone again; what was mapped or unmapped stays so.
                raise
        return -failure

    def destroy(self, cmd, _memory):
        self.ioas(cmd["id"])
        del self.objects[cmd["id"]]

    def ioas_alloc(self, cmd, _memory):
        refuse(cmd["flags"], EOPNOTSUPP)
        number = cmd["out_ioas_id"] = next(n for n in range(1, len(self.objects) + 2) if n not in self.objects)
        self.objects[number] = Ioas()

    def iova_ranges(self, cmd, memory):
        refuse(cmd["reserved"], EOPNOTSUPP)
        self.ioas(cmd["ioas_id"])
        capacity, cmd["num_iovas"], cmd["out_iova_alignment"] = cmd["num_iovas"], 1, 1
        if capacity > 0:
            memory.store(cmd["allowed_iovas"], struct.pack("<QQ", 0, TOP))
        refuse(capacity < 1, EMSGSIZE)

    def ioas_map(self, cmd, _memory):
        flags, length, address = cmd["flags"], cmd["length"], cmd["user_va"]
        refuse(flags & ~(FIXED_IOVA | WRITEABLE | READABLE) or cmd["reserved"], EOPNOTSUPP)
        refuse(TOP in (cmd["iova"], length), EOVERFLOW)
        refuse(not flags & (WRITEABLE | READABLE), EINVAL)
        ioas = self.ioas(cmd["ioas_id"])
        refuse(length == 0 or length > TOP - PAGE, EINVAL)
        refuse(address + length > TOP, EOVERFLOW)
        cmd["iova"] = ioas.place(flags, cmd["iova"], length, address)
        ioas.insert(cmd["iova"], length, address, bool(flags & WRITEABLE))

    def ioas_copy(self, cmd, _memory):
        flags, length = cmd["flags"], cmd["length"]
        refuse(flags & ~(FIXED_IOVA | WRITEABLE | READABLE), EOPNOTSUPP)
        refuse(TOP in (length, cmd["dst_iova"], cmd["src_iova"]), EOVERFLOW)
        refuse(not flags & (WRITEABLE | READABLE), EINVAL)
        parts = self.ioas(cmd["src_ioas_id"]).covered(cmd["src_iova"], length)
        target = self.ioas(cmd["dst_ioas_id"])
        iova = target.place(flags, cmd["dst_iova"], length, parts[0][1])
        refuse(flags & WRITEABLE and not all(writable for _, _, writable in parts), EPERM)
        cmd["dst_iova"] = iova
        for size, address, writable in parts:
            target.insert(iova, size, address, writable)
            iova += size

    def ioas_unmap(self, cmd, _memory):
        ioas, iova, length = self.ioas(cmd["ioas_id"]), cmd["iova"], cmd["length"]
        everything = iova == 0 and length == TOP
        refuse(not everything and TOP in (iova, length), EOVERFLOW)
        refuse(length == 0, EINVAL)
        last = TOP if everything else iova + length - 1
        refuse(last > TOP, EOVERFLOW)
        cmd["length"] = ioas.unmap(iova, last)
        refuse(cmd["length"] == 0 and not everything, ENOENT)


# Number: method, layout, fields, the results (0 or an errno) with which the struct is written back.
COMMANDS = {
    0x80: ("destroy", "<II", "size id", ()),
    0x81: ("ioas_alloc", "<III", "size flags out_ioas_id", (0,)),
    0x83: ("ioas_copy", "<IIIIQQQ", "size flags dst_ioas_id src_ioas_id length dst_iova src_iova", (0,)),
    0x84: ("iova_ranges", "<IIIIQQ", "size ioas_id num_iovas reserved allowed_iovas out_iova_alignment",
           (0, EMSGSIZE)),
    0x85: ("ioas_map", "<IIIIQQQ", "size flags ioas_id reserved user_va length iova", (0,)),
    0x86: ("ioas_unmap", "<IIQQ", "size ioas_id iova length", (0,)),
}

if __name__ == "__main__":
    serve({"name": "iommufd in Python", "kernel": "6.12.0"}, {"/dev/iommu": Iommufd})
