"""A machine that speaks the wire protocol (docs/wire-protocol.md) and has user processes: memory and file descriptors.

What can be opened comes from the caller of serve(). No devices, no fork, no limits: a machine without features.
"""
import json
import sys
import traceback
from bisect import bisect_right, insort
from errno import EBADF, EFAULT, EINVAL, ENODEV, ENOENT, ENOMEM, ENOTTY

PAGE = 4096
PROT_READ, PROT_WRITE = 1, 2
MAP_FIXED, MAP_ANONYMOUS = 0x10, 0x20
POLLNVAL, ALWAYS_READY = 0x020, 0x001 | 0x004 | 0x040 | 0x100


class Errno(Exception):
    """A system call fails; args[0] is the number."""


def refuse(condition, number):
    if condition:
        raise Errno(number)


class Memory:
    """An address space: VMAs as sorted tuples (start, end, protection, pages, index of the first page)."""
    LOWEST, HIGHEST = 0x7F00_0000_0000, 0x7FFF_FFFF_F000

    def __init__(self):
        self.vmas = []

    def mmap(self, address, length, protection, flags, pages, first):
        refuse(length == 0 or address % PAGE, EINVAL)
        length = -(-length // PAGE) * PAGE
        if flags & MAP_FIXED:
            self.munmap(address, length)
        else:
            address = self.gap(length)
        refuse(address + length > self.HIGHEST, ENOMEM)
        insort(self.vmas, (address, address + length, protection, pages, first), key=lambda vma: vma[0])
        return address

    def gap(self, length):
        """The lowest free place, with a free page on either side."""
        end = self.LOWEST
        for vma in self.vmas:
            if vma[0] - end >= length + 2 * PAGE:
                break
            end = max(end, vma[1])
        return end + PAGE

    def munmap(self, address, length):
        refuse(length == 0 or address % PAGE, EINVAL)
        end, kept = address + -(-length // PAGE) * PAGE, []
        for low, high, protection, pages, first in self.vmas:
            if low < min(high, address):
                kept.append((low, min(high, address), protection, pages, first))
            if high > max(low, end):
                cut = max(low, end)
                kept.append((cut, high, protection, pages, first + (cut - low) // PAGE))
        self.vmas = kept

    def pieces(self, address, length, right):
        """(page, offset, size) for each page of a range that the process may touch in this way; else EFAULT."""
        while length > 0:
            at = bisect_right(self.vmas, address, key=lambda vma: vma[0]) - 1
            low, high, protection, pages, first = self.vmas[at] if at >= 0 else (0, 0, 0, None, 0)
            refuse(address >= high or not protection & right, EFAULT)
            number, offset = divmod(address - low, PAGE)
            size = min(length, PAGE - offset)
            yield pages.setdefault(first + number, bytearray(PAGE)), offset, size
            address, length = address + size, length - size

    def load(self, address, length):
        return b"".join(bytes(page[at:at + size]) for page, at, size in self.pieces(address, length, PROT_READ))

    def store(self, address, data):
        done = 0
        for page, at, size in self.pieces(address, len(data), PROT_WRITE):
            page[at:at + size] = data[done:done + size]
            done += size


class Text:
    """A file that can only be read."""

    def __init__(self, content):
        self._rest = content

    def read(self, memory, pointer, length):
        memory.store(pointer, self._rest[:length])
        done, self._rest = len(self._rest[:length]), self._rest[length:]
        return done


class Process:
    """A method for each system call of the wire protocol, named and called as there."""

    def __init__(self, paths):
        self._paths, self._memory, self._files = paths, Memory(), {}

    def _install(self, file):
        fd = next(fd for fd in range(3, len(self._files) + 4) if fd not in self._files)
        self._files[fd] = file
        return fd

    def _file(self, fd):
        refuse(fd not in self._files, EBADF)
        return self._files[fd]

    def open(self, path, flags):
        refuse(path not in self._paths, ENOENT)
        return self._install(self._paths[path]())

    def memfd(self, length, flags):
        return self._install({})  # its pages

    def close(self, fd):
        self._file(fd)
        del self._files[fd]
        return 0

    def ioctl(self, fd, request, arg):
        file = self._file(fd)
        refuse(not hasattr(file, "ioctl"), ENOTTY)
        return file.ioctl(self._memory, request, int(arg, 16))

    def read(self, fd, buffer, length):
        file = self._file(fd)
        refuse(not hasattr(file, "read"), EINVAL)
        return file.read(self._memory, int(buffer, 16), length)

    def write(self, fd, buffer, length, offset="0x0"):
        self._file(fd)
        raise Errno(EINVAL)

    pread = pwrite = write

    def poll(self, fds, timeoutMs):
        return [{**each, "revents": each["events"] & ALWAYS_READY if each["fd"] in self._files else POLLNVAL}
                for each in fds]

    def mmap(self, address, length, protection, flags, fd, offset):
        pages = {} if flags & MAP_ANONYMOUS else self._file(fd)
        refuse(not isinstance(pages, dict), ENODEV)
        place = int(address, 16), int(length, 16)
        return hex(self._memory.mmap(*place, protection, flags, pages, int(offset, 16) // PAGE))

    def munmap(self, address, length):
        self._memory.munmap(int(address, 16), int(length, 16))
        return 0

    def load(self, address, length):
        try:
            return {"bytes": self._memory.load(int(address, 16), length).hex()}
        except Errno:
            return {"signal": "SIGSEGV"}

    def store(self, address, bytes):
        try:
            return self._memory.store(int(address, 16), bytearray.fromhex(bytes))
        except Errno:
            return {"signal": "SIGSEGV"}


class Machine:
    """The methods that are not about one process."""

    def __init__(self, identity, paths):
        self._identity = {"version": "1", "architecture": "none", "pageSize": PAGE, **identity}
        self._paths, self._processes = paths, []

    def hello(self, protocol, settings):
        """The user's `--adapter-option kernel=6.13.0` is the only one that there is."""
        self._identity.update(settings)
        kernel = {"takes": "text", "says": "the release that it says it implements"}
        bare = {"name": "bare", "features": [], "iommus": [], "devices": []}
        return {"protocol": 2, "name": self._identity["name"], "settings": {"kernel": kernel}, "machines": [bare]}

    def start(self, machine):
        return self._identity

    def stop(self):
        return None

    settle = reset = stop

    def complaints(self):
        return []

    devices = complaints

    def new_process(self):
        self._processes.append(Process(self._paths))
        return len(self._processes)

    def exit(self, process):
        self._processes[process - 1] = None

    def carry_out(self, method, params):
        if "process" not in params or method == "exit":
            return getattr(self, method.replace("-", "_"))(**params)
        process = self._processes[params.pop("process") - 1]
        try:
            return getattr(process, method)(**params)
        except Errno as error:
            return -error.args[0]


def serve(identity, paths):
    """`identity` has at least name and kernel. `paths` maps each path that can be opened to a class: open() makes an
    instance. Where it has ioctl(memory, request, pointer) or read(memory, pointer, length), that returns what the system
    call returns, or raises Errno."""
    machine = Machine(identity, paths)
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            answer["result"] = machine.carry_out(request["method"], request["params"])
        except Exception as error:  # the suite reports it as broken
            traceback.print_exc()
            answer["error"] = {"code": -32000, "message": repr(error)}
        print(json.dumps(answer), flush=True)
