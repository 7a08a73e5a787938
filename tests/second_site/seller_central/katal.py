"""The few Katal elements the pages use.

Custom elements whose text is in attributes and whose button is in an open shadow root.
"""

KATAL = """
<script>
(() => {
  const wait = LATE;
  const define = () => {
    customElements.define('kat-button', class extends HTMLElement {
      static get observedAttributes() { return ['label', 'disabled']; }
      connectedCallback() {
        if (this.shadowRoot) return;
        const root = this.attachShadow({mode: 'open'});
        root.innerHTML = '<button type="button" part="button"><span class="content"><slot name="icon"></slot>'
          + '<span class="t"></span></span></button>';
        const inner = root.querySelector('button');
        this.paint();
        inner.addEventListener('click', event => {
          if (!event.isTrusted) return;
          event.stopPropagation();
          if (this.hasAttribute('disabled')) return;
          this.dispatchEvent(new CustomEvent('press'));
          if (this.getAttribute('type') === 'submit' && this.closest('form')) this.closest('form').requestSubmit();
        });
      }
      attributeChangedCallback() { if (this.shadowRoot) this.paint(); }
      paint() {
        this.shadowRoot.querySelector('.t').textContent = this.getAttribute('label') || '';
        this.shadowRoot.querySelector('button').disabled = this.hasAttribute('disabled');
      }
    });
    customElements.define('kat-alert', class extends HTMLElement {
      connectedCallback() {
        const root = this.attachShadow({mode: 'open'});
        root.innerHTML = '<div class="alert"><h4></h4><p></p><slot></slot></div>';
        root.querySelector('h4').textContent = this.getAttribute('header') || '';
        root.querySelector('p').textContent = this.getAttribute('description') || '';
      }
    });
    customElements.define('kat-input', class extends HTMLElement {
      connectedCallback() {
        const root = this.attachShadow({mode: 'open'});
        root.innerHTML = '<input type="text">';
        root.querySelector('input').placeholder = this.getAttribute('placeholder') || '';
      }
    });
  };
  wait ? setTimeout(define, wait) : define();
})();
</script>
"""


def katal(late: int = 0) -> str:
    """The definitions, run after `late` milliseconds as the site's bundles are."""
    return KATAL.replace("LATE", str(late))
