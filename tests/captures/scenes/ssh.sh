# ssh.pcap: a login by key, one command and one small copy, over IPv4; a refused key, over IPv6.
pair
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
ssh-keygen -q -t ed25519 -N '' -f "$work/stranger"
mkdir -p /run/sshd
cp "$work/user.pub" "$work/authorized"
cat >"$work/sshd.conf" <<CONF
HostKey $work/host
AuthorizedKeysFile $work/authorized
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
Subsystem sftp internal-sftp
CONF
background server sshd /usr/sbin/sshd -D -e -f "$work/sshd.conf"
await_port server 22
shell() {
    local key=$1
    shift
    on client ssh -i "$work/$key" -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o IdentityAgent=none -o IdentitiesOnly=yes -o BatchMode=yes "$@" >>"$work/ssh.out" 2>&1 || true
}
record client ssh.pcap --time-stamp-precision=nano -i eth0 port 22
shell user root@192.0.2.2 'echo clip; echo clop >&2'
shell stranger root@2001:db8:1::2 true
finish
