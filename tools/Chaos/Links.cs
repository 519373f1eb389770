using System.Collections.Concurrent;
using System.Text;

namespace PbKv.Chaos;

/// <summary>
/// All links, one for each ordered pair. Who dials through a relay is told by the host in the first bytes: the Associate
/// frame of Akka's handshake names the system that sends it, and nobody else; every node and client has a host of its own.
/// </summary>
internal sealed class Links
{
    /// <summary>Whoever is none of the nodes and clients: the one that watches over the run. Nothing happens to its links.</summary>
    public const string Operator = "operator";

    private readonly ConcurrentDictionary<(string From, string To), Link> _links = new();
    private readonly ConcurrentDictionary<string, byte[]> _hosts = new();

    /// <param name="host">A host that is not the beginning of another's.</param>
    public void Name(string name, string host) => _hosts[name] = Encoding.UTF8.GetBytes(host);

    public Link Between(string from, string to) => _links.GetOrAdd((from, to), pair => new Link(pair.From, pair.To));

    /// <param name="hello">The first bytes that the dialler sent.</param>
    public string Recognise(ReadOnlySpan<byte> hello)
    {
        foreach (var (name, host) in _hosts)
        {
            if (hello.IndexOf(host) >= 0) return name;
        }
        return Operator;
    }

    public void OpenAll()
    {
        foreach (var link in _links.Values) link.Open();
    }
}
