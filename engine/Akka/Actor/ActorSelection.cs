using System.Text.RegularExpressions;

namespace Akka.Actor;

/// <summary>Actors by path, whoever lives there when a message comes. Names may hold * and ?, and .. is the parent.</summary>
public class ActorSelection : ICanTell
{
    private readonly InternalActorRef _anchor;
    private readonly string[] _elements;

    internal ActorSelection(InternalActorRef anchor, IEnumerable<string> elements)
    {
        _anchor = anchor;
        _elements = [.. elements.Where(e => e.Length > 0 && e != ".")];
    }

    public IActorRef Anchor => _anchor;

    public string PathString => "/" + string.Join('/', _elements);

    internal ActorSystemImpl SystemImpl => _anchor.System;

    public void Tell(object message, IActorRef sender = null)
    {
        if (message is null) throw new InvalidMessageException("a message cannot be null");
        sender ??= ActorCell.Current?.Self;
        if (_anchor.IsLocal) Deliver(_anchor, 0, message, sender);
        else RemoteTarget().Tell(message, sender);
    }

    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException($"nobody lives at {this}");
        }
        catch (AskTimeoutException e)
        {
            throw new ActorNotFoundException($"{this} did not answer within {timeout}", e);
        }
    }

    public override bool Equals(object obj) => obj is ActorSelection other && _anchor.Equals(other._anchor) && _elements.AsSpan().SequenceEqual(other._elements);

    public override int GetHashCode() => HashCode.Combine(_anchor, PathString);

    public override string ToString() => $"ActorSelection[Anchor({_anchor}), Path({PathString})]";

    private InternalActorRef RemoteTarget()
    {
        var path = _anchor.Path;
        foreach (var element in _elements) path = element == ".." ? path.Parent : path / element;
        return _anchor.System.Provider.Resolve(path);
    }

    private void Deliver(InternalActorRef at, int index, object message, IActorRef sender)
    {
        for (; index < _elements.Length; index++)
        {
            var element = _elements[index];
            if (element.AsSpan().ContainsAny('*', '?'))
            {
                var matching = at.Children.Where(c => Matches(element, c.Path.Name)).ToList();
                if (matching.Count == 0) ToNobody(message, sender);
                foreach (var child in matching) Deliver(child, index + 1, message, sender);
                return;
            }
            at = element == ".." ? at.Parent ?? at : at.Child(element) ?? (at == SystemImpl.Provider.Root ? SystemImpl.Provider.Special(_elements[index..]) : null);
            if (at is null)
            {
                ToNobody(message, sender);
                return;
            }
            if (!at.IsLocal || at is EmptyActorRef or DeadLetterActorRef) break;
        }
        at.Tell(message, sender);
    }

    private void ToNobody(object message, IActorRef sender)
    {
        var path = _anchor.Path;
        foreach (var element in _elements) path /= element;
        new EmptyActorRef(SystemImpl, path).Tell(message, sender);
    }

    private static bool Matches(string pattern, string name) =>
        Regex.IsMatch(name, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$", RegexOptions.NonBacktracking);
}
