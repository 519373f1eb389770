using System.IO.Enumeration;

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

    public string PathString => "/" + string.Join('/', _elements);

    internal ActorSystemImpl SystemImpl => _anchor.System;

    public void Tell(object message, IActorRef sender = null)
    {
        if (message is null) throw new InvalidMessageException("a message cannot be null");
        sender ??= ActorCell.Current?.Self;
        if (_anchor.IsLocal) Deliver(_anchor, 0, message, sender);
        else SystemImpl.Provider.Resolve(Target()).Tell(message, sender);
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

    private ActorPath Target() => _elements.Aggregate(_anchor.Path, (path, element) => element == ".." ? path.Parent : path / element);

    private void Deliver(InternalActorRef at, int index, object message, IActorRef sender)
    {
        for (; index < _elements.Length; index++)
        {
            var element = _elements[index];
            if (element.AsSpan().ContainsAny('*', '?'))
            {
                var matching = at.Children.Where(c => Matches(element, c.Path.Name)).ToList();
                if (matching.Count == 0) NoActor().Tell(message, sender);
                foreach (var child in matching) Deliver(child, index + 1, message, sender);
                return;
            }
            var next = element == ".." ? at.Parent ?? at : at.Child(element);
            if (next is null)
            {
                var special = at == SystemImpl.Provider.Root ? SystemImpl.Provider.Special(_elements[index..]) : null;
                (special ?? NoActor()).Tell(message, sender);
                return;
            }
            at = next;
        }
        at.Tell(message, sender);
    }

    private EmptyActorRef NoActor() => new(SystemImpl, Target());

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
