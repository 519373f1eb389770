using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;

namespace PbKv.Actors.Hosting;

/// <summary>One ActorSystem for one node.</summary>
internal static class NodeSystem
{
    /// <exception cref="PbKvStartException">It cannot listen where it should.</exception>
    public static ActorSystem Create(string name, PbKvSettings settings)
    {
        var (host, port) = (HostPort.OneName(settings.Host), settings.Port);
        if (host is "0.0.0.0" or "[::]" && settings.Advertise is null)
            throw new PbKvStartException($"a node that listens on {host} needs an address for others: say --advertise HOST:PORT (pbkv.advertise)");
        var config = PbKvConfig.Listening(settings).WithFallback(PbKvConfig.Complete(settings.Config));
        try
        {
            return ActorSystem.Create(name, config);
        }
        catch (Exception failure) when (failure is not PbKvStartException)
        {
            var cause = Innermost(failure);
            throw new PbKvStartException($"cannot listen on {host}:{port}: {cause.Message}. {WayOut(cause)}", failure);
        }
    }

    /// <summary>host:port by which others reach the system.</summary>
    public static string AddressOf(ActorSystem system)
    {
        var address = ((ExtendedActorSystem)system).Provider.DefaultAddress;
        return $"{address.Host}:{address.Port}";
    }

    private static string WayOut(Exception cause) => cause is SocketException
    {
        SocketErrorCode: SocketError.AddressNotAvailable or SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain,
    }
        ? "Name an address of this machine by --host; --advertise is the one that others are told."
        : "Choose another --port, or stop what uses it.";

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;
}
