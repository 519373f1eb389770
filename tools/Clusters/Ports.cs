using System.Net;
using System.Net.Sockets;

namespace PbKv.Clusters;

/// <summary>
/// Ports for those who come later, or never. They lie below those that systems give to outgoing connections: one of
/// these could be taken meanwhile, even by the very connection that a node tries to make to it again and again.
/// </summary>
public static class Ports
{
    private const int First = 15_000;
    private const int Last = 32_000;

    /// <summary>So many, all different.</summary>
    public static IReadOnlyList<int> Free(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
            ports.Add(Free());
        return [.. ports];
    }

    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
                continue;
            }
        }
    }
}
