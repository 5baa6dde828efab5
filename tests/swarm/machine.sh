# Starts the system that lies in a folder, as process 1 of namespaces of its own: machine.sh FOLDER NAME
# Its clock, kernel and other settings that are this machine's, too, it may not change.
set -e
cd "$1"
mount --make-rprivate /
hostname "$2"
mount --bind . .
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
for of in cpu cpuacct cpuset memory devices freezer blkio pids systemd; do
  mkdir "sys/fs/cgroup/$of"
  case $of in systemd) options=none,name=systemd ;; *) options=$of ;; esac
  mount -t cgroup -o $options cgroup "sys/fs/cgroup/$of"
done
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mknod -m 600 dev/console c 1 3
for device in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do
  set -- $device
  mknod -m 666 "dev/$1" c "$2" "$3"
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mkdir -p .old
pivot_root . .old
cd /
umount --lazy /.old
exec </dev/null >/dev/null 2>&1
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set=-sys_time,-sys_module /sbin/init
