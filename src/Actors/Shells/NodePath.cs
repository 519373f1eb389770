using Akka.Actor;
using PbKv.Protocol;

namespace PbKv.Actors.Shells;

/// <summary>
/// Names of nodes and paths of their actors. A server and a view service are known by host:port, a clerk, which may
/// live in any ActorSystem, by the whole path of its actor.
/// </summary>
internal static class NodePath
{
    public const string SystemName = "pbkv";
    public const string Guardian = "pbkv";
    public const string ViewService = "view";
    public const string Replica = "replica";

    /// <summary>
    /// That of remoting: what a turn sends leaves together, and no change of threads lies between connection and actor.
    /// </summary>
    public const string Dispatcher = "akka.remote.default-remote-dispatcher";

    public static string Of(NodeAddress node, bool isViewService) =>
        node.Value.Contains("://", StringComparison.Ordinal)
            ? node.Value
            : $"akka.tcp://{SystemName}@{node.Value}/user/{Guardian}/{(isViewService ? ViewService : Replica)}";

    /// <summary>
    /// The server or view service at the other end of a connection; null for anything else, such as a client.
    /// </summary>
    public static NodeAddress? At(Address remote) =>
        remote is { System: SystemName, Host: { } host, Port: { } port } ? new NodeAddress($"{host}:{port}") : null;

    /// <summary>How others reach this actor.</summary>
    public static NodeAddress OfSelf(ExtendedActorSystem system, IActorRef self) =>
        new(self.Path.ToStringWithAddress(system.Provider.DefaultAddress));
}
