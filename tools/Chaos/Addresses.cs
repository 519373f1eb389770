using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PbKv.Chaos;

/// <summary>
/// A corner of 127.0.0.0/8 for one run: a host for each node and each client, told apart by the last of their four
/// numbers, which has three digits always, so that no host is the beginning of another.
/// </summary>
internal sealed class Addresses(string prefix)
{
    public const int NodePort = 7000;
    public const int RelayPort = 7001;

    private const int FirstReplica = 100;
    private const int FirstViewService = 130;
    private const int FirstClient = 150;

    public string ViewService(int number) => $"{prefix}.{FirstViewService + number}";

    public string Replica(int number) => $"{prefix}.{FirstReplica + number}";

    public string Client(int number) => $"{prefix}.{FirstClient + number}";

    /// <exception cref="Failure">This system has only 127.0.0.1 of them.</exception>
    public static Addresses Draw()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var addresses = new Addresses(
                $"127.{RandomNumberGenerator.GetInt32(16, 250)}.{RandomNumberGenerator.GetInt32(0, 250)}"
            );
            if (addresses.AreFree())
                return addresses;
        }
        throw new Failure(
            "NoAddresses",
            "nothing can listen on addresses like 127.16.0.100: chaos needs all of 127.0.0.0/8, as Linux has it"
        );
    }

    private bool AreFree()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.Parse(ViewService(1)), RelayPort));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
