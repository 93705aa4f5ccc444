#!/usr/bin/env bash
# A SLURM of one node, this machine, with four fake GPUs and no accounting:
#   tests/cluster/slurm.sh start FOLDER
#   tests/cluster/slurm.sh stop FOLDER
# Its files lie in FOLDER but for /etc/slurm/slurm.conf and gres.conf, which link there: a job step
# finds its configuration nowhere else.
set -euo pipefail

PACKAGES="slurm-wlm slurmd slurmctld munge"
say() { echo "slurm.sh: $*" >&2; }

require() {
    [ "$(id -u)" = 0 ] || { say "SLURM's daemons and fake devices need root"; exit 3; }
    for name in slurm.conf gres.conf; do
        [ ! -e "/etc/slurm/$name" ] || { say "/etc/slurm/$name is there: another SLURM?"; exit 3; }
    done
    if [ -n "$(missing)" ] && [ -n "$(command -v apt-get)" ]; then
        say "installing $PACKAGES"
        apt-get update -qq >&2
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $PACKAGES >&2
    fi
    [ -z "$(missing)" ] || { say "not found: $(missing); Debian's packages are $PACKAGES"; exit 3; }
}

missing() {
    for program in munged slurmctld slurmd sbatch srun; do
        [ -n "$(command -v "$program")" ] || echo -n "$program "
    done
}

configure() {
    # Numbers of character devices: the GPUs are copies of /dev/null.
    for number in 0 1 2 3; do mknod "$folder/gpu$number" c 1 3; done
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key")
    local host
    host=$(hostname)
    # Four CPUs and their memory are said to be there, however many there are; nothing enforces
    # either. SIGKILL comes ten seconds after SIGTERM, a requeued job starts after ten (cred_expire).
    cat >"$folder/slurm.conf" <<END
ClusterName=fake
SlurmctldHost=$host
SlurmUser=root
SlurmdUser=root
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=10
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
MinJobAge=300
KillWait=10
SlurmdParameters=config_overrides
NodeName=$host CPUs=4 RealMemory=64000 Gres=gpu:fake:4
PartitionName=fakes Nodes=$host Default=YES MaxTime=INFINITE
END
    echo "Name=gpu Type=fake File=$folder/gpu[0-3]" >"$folder/gres.conf"
    mkdir -p "$folder/state" "$folder/spool" /etc/slurm
    ln -s "$folder/slurm.conf" "$folder/gres.conf" /etc/slurm/
}

start() {
    require
    mkdir -p "$folder"
    configure
    munged --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" \
        --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
    slurmctld -c
    slurmd -c
    for _ in $(seq 60); do
        if sinfo --noheader --format=%T 2>/dev/null | grep -qx idle; then return; fi
        sleep 1
    done
    say "the node did not come up; see $folder/slurmctld.log and slurmd.log"
    exit 1
}

stop() {
    scancel --user=root --quiet 2>/dev/null || true
    for _ in $(seq 30); do
        [ -n "$(squeue --noheader 2>/dev/null)" ] || break
        sleep 1
    done
    for daemon in slurmd slurmctld munged; do
        [ -e "$folder/$daemon.pid" ] || continue
        number=$(cat "$folder/$daemon.pid")
        kill "$number" 2>/dev/null || continue
        while ps -o stat= -p "$number" | grep -qv Z; do sleep 0.2; done
    done
    for name in slurm.conf gres.conf; do
        [ "$(readlink "/etc/slurm/$name")" != "$folder/$name" ] || rm "/etc/slurm/$name"
    done
}

[ $# = 2 ] || { say "usage: slurm.sh start|stop FOLDER"; exit 2; }
mkdir -p "$2"
folder=$(realpath "$2")
case $1 in
    start) start ;;
    stop) stop ;;
    *) say "usage: slurm.sh start|stop FOLDER"; exit 2 ;;
esac
