using System.Security.Cryptography;
using Akka.Actor;
using PbKv.Actors.Hosting;
using PbKv.Actors.Shells;
using PbKv.Protocol;

namespace PbKv.Actors;

/// <summary>Starts a view service in an ActorSystem of its own.</summary>
public static class ViewServiceHost
{
    /// <summary>When it returns, the node listens.</summary>
    /// <exception cref="PbKvStartException">It cannot listen there, or its memory is damaged or in use.</exception>
    public static PbKvNode Start(PbKvSettings settings) => Start(settings, NodeHooks.None);

    /// <param name="system">That of a host; null: it has one of its own.</param>
    internal static PbKvNode Start(PbKvSettings settings, NodeHooks hooks, ActorSystem? system = null)
    {
        var file = settings.DataDirectory is { } directory ? ViewMemoryFile.Open(directory) : null;
        try
        {
            var memory = file?.Read();
            system ??= NodeSystem.Create(NodePath.SystemName, settings);
            var address = NodeSystem.AddressOf(system);
            var self = new ServerId(new NodeAddress(address), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var props = ViewService.CreateProps(self, FreshCluster(), memory, file is null ? null : file.Write, settings, hooks);
            return new PbKvNode(system, address, NodePath.ViewService, _ => props, file);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private static ClusterId FreshCluster() => new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1);
}
