using System.Collections.Immutable;
using PbKv.Protocol;

namespace PbKv.Client;

/// <summary>How a cluster is: what its view service knows, and what its servers say of themselves.</summary>
/// <param name="Servers">Of those that answered in time.</param>
public sealed record PbKvStatus(ViewServiceStatus ViewService, ImmutableArray<ReplicaStatus> Servers);
