using System.Security.Cryptography;
using Akka.Actor;
using PbKv.Actors;
using PbKv.Actors.Hosting;
using PbKv.Actors.Shells;
using PbKv.Protocol;

namespace PbKv.Server;

/// <summary>Starts a view service in an ActorSystem of its own.</summary>
public static class ViewServiceHost
{
    /// <summary>When it returns, the node listens.</summary>
    /// <exception cref="PbKvStartException">It cannot listen there, or its memory is damaged or in use.</exception>
    public static PbKvNode Start(PbKvSettings settings) => Start(settings, NodeHooks.None);

    internal static PbKvNode Start(PbKvSettings settings, NodeHooks hooks)
    {
        var kept = Kept.Open(settings);
        try
        {
            return Start(settings, hooks, kept, NodeSystem.Create(NodePath.SystemName, settings));
        }
        catch
        {
            kept.File?.Dispose();
            throw;
        }
    }

    /// <param name="system">Its own, or that of a host.</param>
    internal static PbKvNode Start(PbKvSettings settings, NodeHooks hooks, Kept kept, ActorSystem system)
    {
        var address = NodeSystem.AddressOf(system);
        var self = new ServerId(new NodeAddress(address), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var props = ViewService.CreateProps(self, FreshCluster(), kept.Memory, kept.File is { } file ? file.Write : null, settings, hooks);
        return new PbKvNode(system, address, NodePath.ViewService, _ => props, kept.File);
    }

    private static ClusterId FreshCluster() => new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1);

    /// <summary>What a view service kept, read before it listens.</summary>
    internal sealed record Kept(ViewMemoryFile? File, ViewServiceMemory? Memory)
    {
        public static Kept Open(PbKvSettings settings)
        {
            if (settings.DataDirectory is not { } directory) return new Kept(null, null);
            var file = ViewMemoryFile.Open(directory);
            try
            {
                return new Kept(file, file.Read());
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }
}
