using System.Net;
using System.Net.Sockets;
using Akka.Actor.Setup;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;

namespace PbKv.Actors.Hosting;

/// <summary>One ActorSystem for one node.</summary>
internal static class NodeSystem
{
    /// <exception cref="PbKvStartException">It cannot listen where it should.</exception>
    public static ActorSystem Create(string name, PbKvSettings settings, ILoggerFactory? loggers = null)
    {
        CheckIsFound(settings);
        var config = PbKvConfig.Listening(settings).WithFallback(PbKvConfig.Complete(settings.Config));
        try
        {
            // With a setup Akka looks for an app.config too, which takes a tenth of a second and nine megabytes.
            return loggers is null
                ? ActorSystem.Create(name, config)
                : ActorSystem.Create(
                    name,
                    BootstrapSetup.Create().WithConfig(config).And(new LoggerFactorySetup(loggers))
                );
        }
        catch (Exception failure) when (failure is not PbKvStartException)
        {
            throw CannotListen(settings, failure);
        }
    }

    /// <summary>
    /// For an ActorSystem that Akka.Hosting makes: where it cannot listen, that fails in Akka's words. So it is tried
    /// before.
    /// </summary>
    /// <exception cref="PbKvStartException">A node cannot listen where it should.</exception>
    public static void CheckListens(PbKvSettings settings)
    {
        CheckIsFound(settings);
        try
        {
            var host = HostPort.OneName(settings.Host);
            // Of a name's addresses the transport takes one of IPv4, if there is one.
            var address = IPAddress.TryParse(host, out var given)
                ? given
                : Dns.GetHostAddresses(host).MinBy(found => found.AddressFamily)!;
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, settings.Port));
        }
        catch (SocketException failure)
        {
            throw CannotListen(settings, failure);
        }
    }

    public static PbKvStartException CannotListen(PbKvSettings settings, Exception failure)
    {
        var cause = Innermost(failure);
        return new PbKvStartException(
            cause is SocketException socket
                ? $"cannot listen on {HostPort.OneName(settings.Host)}:{settings.Port}: {socket.Message}. "
                    + WayOut(socket)
                : $"cannot start: {cause.Message}",
            failure
        );
    }

    /// <summary>host:port by which others reach the system.</summary>
    public static string AddressOf(ActorSystem system)
    {
        var address = ((ExtendedActorSystem)system).Provider.DefaultAddress;
        return $"{address.Host}:{address.Port}";
    }

    private static void CheckIsFound(PbKvSettings settings)
    {
        if (HostPort.OneName(settings.Host) is "0.0.0.0" or "[::]" && settings.Advertise is null)
            throw new PbKvStartException(
                $"a node that listens on {settings.Host} needs an address for others: say --advertise HOST:PORT "
                    + "(pbkv.advertise)"
            );
    }

    private static string WayOut(SocketException cause) =>
        cause.SocketErrorCode
            is SocketError.AddressNotAvailable
                or SocketError.HostNotFound
                or SocketError.NoData
                or SocketError.TryAgain
            ? "Name an address of this machine by --host (pbkv.host); --advertise is the one that others are told."
            : "Choose another port (--port, pbkv.port), or stop what uses it.";

    private static Exception Innermost(Exception failure) =>
        failure.InnerException is { } inner ? Innermost(inner) : failure;
}
